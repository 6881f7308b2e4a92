import { JobId } from '../../shared/jobs/ids.ts'
import type { Auditor } from './auditor.ts'
import { forEachOf } from './walk.ts'

const AT_ONCE = 500

/** Every file belongs to a job that is there. Files of other owners are counted and not judged. */
export async function checkFiles(audit: Auditor): Promise<void> {
  const { storage, now, youngMs } = audit.deps
  for (let after: string | null = null, more = true; more; more = after !== null) {
    const { owners, next } = await storage.listOwners(after, AT_ONCE)
    audit.looked['owners of files'] += owners.length
    await forEachOf(owners, async ({ owner, changedAt }) => {
      if (!JobId.safeParse(owner).success || changedAt > now - youngMs || (await audit.isJob(owner))) return
      const files = await storage.filesOf(owner)
      audit.fault('ownerless_files', owner, `${files.length} files, and no such job`)
    })
    after = next
  }
}
