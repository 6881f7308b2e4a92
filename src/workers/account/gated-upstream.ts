import { UpstreamError } from '../../shared/upstream/upstream-error.ts'
import type { Upstream } from '../../shared/upstream/upstream.ts'
import type { AccountVisit } from './account-visit.ts'

/** The upstream behind its account's gates: a call that a closed gate forbids is not made, and throws `GateClosed`. */
export function gatedUpstream(upstream: Upstream, visit: AccountVisit): Upstream {
  const ask = <T>({ signal }: { signal: AbortSignal }, make: () => Promise<T>) => visit.call(['all'], signal, make)
  return {
    createSession: (request, options) => ask(options, () => upstream.createSession(request, options)),
    upload: (session, clip, options) => ask(options, () => upstream.upload(session, clip, options)),
    state: (session, options) => ask(options, () => upstream.state(session, options)),
    startRender: (request, options) => ask(options, () => upstream.startRender(request, options)),
    getRender: (renderId, options) => ask(options, () => upstream.getRender(renderId, options)),
    cancelRender: (renderId, options) => ask(options, () => upstream.cancelRender(renderId, options)),
    claimUrl: (session, options) => ask(options, () => upstream.claimUrl(session, options)),

    async credits(options) {
      const { signal, beforeMessage = false } = options
      if (beforeMessage) await visit.pass('messages', signal)
      const balance = await visit.call(['all'], signal, () => upstream.credits(options))
      await visit.noteBalance(balance, beforeMessage)
      return balance
    },

    async sendMessage(session, text, options) {
      const { signal } = options
      const sent = visit.call(['all', 'messages'], signal, (answered) => {
        const onSignsOfLife = () => {
          answered()
          options.onSignsOfLife?.()
        }
        return upstream.sendMessage(session, text, { ...options, onSignsOfLife })
      })
      return sent.then(
        (reply) => {
          visit.messageDone({ spent: true, clean: true })
          return reply
        },
        (error: unknown) => {
          const refused = error instanceof UpstreamError && error.delivery !== 'unknown'
          visit.messageDone({ spent: !refused, clean: false })
          throw error
        },
      )
    },

    // An output often lies on a host of its own: whether that answers tells nothing of the account.
    async download(url, options) {
      await visit.pass('all', options.signal)
      return upstream.download(url, options)
    },
  }
}
