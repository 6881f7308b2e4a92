import { JobError } from '../../shared/errors/job-errors.ts'
import type { JobInput } from '../../shared/jobs/job-input.ts'
import { CLIP_FORMATS, clipTypeOf, peek } from '../../shared/media/clip-type.ts'
import { AddressBlocked, BadStatus, InvalidAddress, Unreachable } from '../../shared/net/address-errors.ts'
import type { AddressGuard } from '../../shared/net/address-guard.ts'
import { openGuarded, type OpenedFile } from '../../shared/net/guarded-fetch.ts'
import { SizeLimitError, StorageError, type Storage } from '../../shared/storage/storage.ts'

export type FetchedClip = Pick<JobInput, 'name' | 'bytes' | 'content_type' | 'sha256'>

/** Brings what a URL names into storage under `key`, checked. Throws `JobError`. */
export interface ClipFetcher {
  fetch(url: string, key: string, options: { signal: AbortSignal }): Promise<FetchedClip>
}

/** Fetches clips behind the address guard, so that a URL reaches nothing that only this network should. */
export function guardedClipFetcher(deps: { guard: AddressGuard; storage: Storage; maxBytes: number }): ClipFetcher {
  return {
    async fetch(url, key, { signal }) {
      try {
        return await fetchClip(deps, { url, key }, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw toFailure(error, deps.maxBytes)
      }
    },
  }
}

async function fetchClip(
  { guard, storage, maxBytes }: { guard: AddressGuard; storage: Storage; maxBytes: number },
  { url, key }: { url: string; key: string },
  signal: AbortSignal,
): Promise<FetchedClip> {
  const opened = await openGuarded(guard, url, { signal })
  try {
    if (opened.bytes !== null && opened.bytes > maxBytes) throw new SizeLimitError(maxBytes)
    const { start, all } = await peek(opened.body as AsyncIterable<Uint8Array>)
    const content_type = await clipTypeOf(start)
    if (content_type === null) throw unsupported(opened)
    const { bytes, sha256 } = await storage.write(key, all, { maxBytes, signal })
    return { name: opened.filename ?? 'clip', bytes, content_type, sha256 }
  } finally {
    opened.body.destroy()
  }
}

const unsupported = ({ contentType, finalUrl }: OpenedFile) =>
  new JobError(
    'input_unsupported',
    `Expected a clip of one of ${Object.keys(CLIP_FORMATS).join(', ')}; ${finalUrl.host} sent something else (${contentType ?? 'no type told'}).`,
  )

function toFailure(error: unknown, maxBytes: number): unknown {
  if (error instanceof JobError || error instanceof StorageError) return error
  if (error instanceof SizeLimitError) {
    return new JobError(
      'input_too_large',
      `Expected a clip of at most ${maxBytes} bytes; it is larger. Compress or trim it.`,
    )
  }
  if (error instanceof AddressBlocked || error instanceof InvalidAddress) {
    return new JobError('input_unreachable', error.message, { retry: 'never', cause: error })
  }
  if (error instanceof Unreachable) return new JobError('input_unreachable', error.message, { cause: error })
  if (error instanceof BadStatus) {
    return new JobError('input_unreachable', error.message, {
      retry: isLasting(error) ? 'never' : undefined,
      cause: error,
    })
  }
  return error
}

/** A refusal that will not pass by itself: the clip is gone, or not for us. */
const isLasting = ({ status }: BadStatus) => status >= 400 && status < 500 && ![408, 425, 429].includes(status)
