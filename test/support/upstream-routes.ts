/** The upstream's calls, by the name under which a test scripts them. */
export type UpstreamRoute =
  | 'token'
  | 'session'
  | 'claim'
  | 'upload'
  | 'credits'
  | 'message'
  | 'state'
  | 'render'
  | 'poll'
  | 'cancel'
  | 'output'
  | 'unknown'

const ROUTES: readonly [UpstreamRoute, string, RegExp][] = [
  ['token', 'POST', /^\/api\/auth\/anonymous-token$/],
  ['session', 'POST', /^\/api\/tasks\/me\/with-session\/nemo_agent$/],
  ['claim', 'POST', /^\/api\/auth\/claim-token$/],
  ['upload', 'POST', /^\/api\/upload-video\/nemo_agent\/me\/(?<sessionId>[^/]+)$/],
  ['credits', 'GET', /^\/api\/credits\/balance\/simple$/],
  ['message', 'POST', /^\/run_sse$/],
  ['state', 'GET', /^\/api\/state\/nemo_agent\/me\/(?<sessionId>[^/]+)\/latest$/],
  ['render', 'POST', /^\/api\/render\/proxy\/lambda$/],
  ['poll', 'GET', /^\/api\/render\/proxy\/lambda\/(?<renderId>[^/]+)$/],
  ['cancel', 'POST', /^\/api\/render\/proxy\/lambda\/(?<renderId>[^/]+)\/cancel$/],
  ['output', 'GET', /^\/outputs\/(?<renderId>[^/]+)\.mp4$/],
]

/** Which call a request is, and the ids in its path. */
export function findRoute(method: string, url: string): { route: UpstreamRoute; sessionId: string; renderId: string } {
  const path = url.split('?')[0] ?? ''
  for (const [route, verb, pattern] of ROUTES) {
    const found = verb === method ? pattern.exec(path) : null
    if (!found) continue
    const { sessionId = '', renderId = '' } = found.groups ?? {}
    return { route, sessionId: decodeURIComponent(sessionId), renderId: decodeURIComponent(renderId) }
  }
  return { route: 'unknown', sessionId: '', renderId: '' }
}
