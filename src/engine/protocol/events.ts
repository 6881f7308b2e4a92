import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../../shared/time/clock.ts'

type Part =
  | { text: string }
  | { functionCall: { id: string; args: unknown; name: string } }
  | { functionResponse: { id: string; name: string; response: unknown } }

const TOOL = 'edit_multitrack'
const AUTHOR = 'nemo_agent'
const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const shortId = () => Array.from(randomBytes(8), (byte) => ID_LETTERS[byte % ID_LETTERS.length]).join('')

export const HEARTBEAT = ': heartbeat\n\n'

/**
 * One message's events as lines of a stream. Keys stand in the order in which the Python server of the Agent
 * Development Kit writes them.
 */
export function createEventLines(clock: Clock) {
  const invocationId = `e-${randomUUID()}`
  const callId = `adk-${randomUUID()}`
  const line = (head: object, stateDelta: object = {}, longRunning: object = {}) => {
    const actions = { stateDelta, artifactDelta: {}, requestedAuthConfigs: {} }
    const tail = { id: shortId(), timestamp: clock.now() / 1000 }
    const event = { ...head, invocationId, author: AUTHOR, actions, ...longRunning, ...tail }
    return `data: ${JSON.stringify(event)}\n\n`
  }
  const model = (parts: Part[]) => ({ content: { parts, role: 'model' } })
  return {
    partialText: (text: string) => line({ ...model([{ text }]), partial: true }),
    /** A call with a text before it, or with none; only the latter names its long-running tools. */
    call: (args: unknown, text: string | null) => {
      const call: Part = { functionCall: { id: callId, args, name: TOOL } }
      return text === null ? line(model([call]), {}, { longRunningToolIds: [] }) : line(model([{ text }, call]))
    },
    response: (response: unknown, stateDelta: object) => {
      const parts: Part[] = [{ functionResponse: { id: callId, name: TOOL, response } }]
      return line({ content: { parts, role: 'user' } }, stateDelta)
    },
    finalText: (text: string) => line({ ...model([{ text }]), turnComplete: true }),
    error: (errorCode: string, errorMessage: string) => line({ turnComplete: true, errorCode, errorMessage }),
  }
}
