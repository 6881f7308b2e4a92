import type { EditOutcome } from '../timeline/apply-operations.ts'
import type { Understanding } from '../understand/operations.ts'

const CAN =
  'I can trim the start or end, keep or remove a stretch of time, trim silences, add a text, and set 720p or 1080p.'
const GO_ON = 'Preview it in the timeline or click Export.'

/** Whether an edit ends without a word, as the hosted service's often do: so do those that only add texts. */
export const isSilent = ({ operations, notUnderstood }: Understanding) =>
  notUnderstood.length === 0 && operations.length > 0 && operations.every(({ op }) => op === 'add_text')

/** Said when an edit begins. */
export function opening({ operations }: Understanding): string {
  const kinds = new Set(operations.map(({ op }) => op))
  if (kinds.has('trim_silences')) return 'Trimming the silences…'
  if (kinds.has('keep') || kinds.has('remove')) return 'Cutting the video…'
  return kinds.has('resize') ? 'Setting the size…' : 'Adding the text…'
}

/** Said at its end. */
export function closing(understanding: Understanding, outcome: EditOutcome): string {
  const cannot = refusal(understanding)
  const done = outcome.outcome === 'changed' ? ['Done.', ...outcome.notes] : [...outcome.notes, 'Nothing was changed.']
  const said = [...done, ...(cannot ? [cannot] : [])].join(' ')
  return outcome.outcome === 'changed' ? `${said}\n${GO_ON}` : said
}

/** Said when nothing can be done at all. */
export const unable = (understanding: Understanding) =>
  `${refusal(understanding) ?? 'There is nothing to edit in that.'} ${CAN} Nothing was changed.`

const refusal = ({ notUnderstood }: Understanding) =>
  notUnderstood.length === 0 ? null : `I can't do this yet: ${notUnderstood.map((words) => `'${words}'`).join(', ')}.`
