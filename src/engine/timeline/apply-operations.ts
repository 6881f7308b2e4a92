import type { Operation } from '../understand/operations.ts'
import { addText } from './add-text.ts'
import { cut } from './cut.ts'
import { rateOf, type Canvas, type Draft } from './draft.ts'
import { complement, lengthOf, tidyRanges } from './frame-ranges.ts'
import { toMs, type FrameRange } from './frame-rate.ts'
import { measure, totalFrames } from './measure.ts'
import { toRange } from './resolve-instant.ts'

/** What came of an instruction. `notes` are sentences for the caller; nothing is done by halves. */
export type EditOutcome =
  | { outcome: 'changed'; draft: Draft; notes: string[]; removedMs: number }
  | { outcome: 'unchanged'; notes: string[] }

/** Silences on the timeline, in its frames, and what to say where there are none. */
export interface Silences {
  ranges: FrameRange[]
  note: string | null
}

type Ready = Draft & { canvas_config: Canvas }
type CutOperation = Extract<Operation, { op: 'keep' | 'remove' }>
type Of<K extends Operation['op']> = Extract<Operation, { op: K }>

const ofKind = <K extends Operation['op']>(operations: Operation[], op: K) =>
  operations.filter((operation): operation is Of<K> => operation.op === op)

/**
 * Applies operations to a draft. Times in cuts are those of the timeline before the instruction, times of texts those
 * after its cuts. Pure: silences are found beforehand.
 */
export function applyOperations(draft: Draft | null, operations: Operation[], silences: Silences): EditOutcome {
  if (!draft?.canvas_config || totalFrames(draft) === 0) {
    return { outcome: 'unchanged', notes: ['There is no video on the timeline yet: upload a clip first.'] }
  }
  const ready: Ready = { ...draft, canvas_config: draft.canvas_config }
  const afterCuts = applyCuts(ready, operations, silences)
  if ('fault' in afterCuts) return { outcome: 'unchanged', notes: [afterCuts.fault] }
  const afterTexts = applyTexts(afterCuts.draft, ofKind(operations, 'add_text'))
  if ('fault' in afterTexts) return { outcome: 'unchanged', notes: [afterTexts.fault] }
  const sized = resize(afterTexts.draft, ofKind(operations, 'resize').at(-1))
  const notes = [...afterCuts.notes, ...afterTexts.notes, ...sized.notes]
  if (JSON.stringify(sized.draft) === JSON.stringify(measure(ready))) {
    return { outcome: 'unchanged', notes: notes.length > 0 ? notes : ['The timeline is like that already.'] }
  }
  return { outcome: 'changed', draft: sized.draft, notes, removedMs: draft.d - sized.draft.d }
}

type Step = { draft: Ready; notes: string[] } | { fault: string }

function applyCuts(draft: Ready, operations: Operation[], silences: Silences): Step {
  const rate = rateOf(draft.canvas_config)
  const total = totalFrames(draft)
  const ranges = toRemovals([...ofKind(operations, 'keep'), ...ofKind(operations, 'remove')], draft)
  if ('fault' in ranges) return ranges
  const wantsSilences = operations.some(({ op }) => op === 'trim_silences')
  const quiet = wantsSilences ? tidyRanges(silences.ranges, total) : []
  const kept = complement([...ranges.removals, ...quiet], total)
  if (kept.length === 0) return { fault: 'That would leave nothing of the video, so the timeline stays as it was.' }
  const removedMs = toMs(total - lengthOf(kept), rate)
  const notes = wantsSilences && silences.note ? [silences.note] : []
  if (removedMs === 0) return { draft, notes }
  const what = quiet.length > 0 && ranges.removals.length === 0 ? ' of silence' : ''
  notes.push(`${(removedMs / 1000).toFixed(1)}s${what} removed.`)
  return { draft: { ...cut(draft, kept), canvas_config: draft.canvas_config }, notes }
}

/** Several "keep" add up; what none of them names goes. */
function toRemovals(cuts: CutOperation[], draft: Ready): { removals: FrameRange[] } | { fault: string } {
  const total = totalFrames(draft)
  const rate = rateOf(draft.canvas_config)
  const [kept, removed]: [FrameRange[], FrameRange[]] = [[], []]
  for (const operation of cuts) {
    const range = toRange(operation, total, rate)
    if (typeof range === 'string') return { fault: range }
    if (operation.op === 'keep') kept.push(range)
    else removed.push(range)
  }
  return { removals: kept.length > 0 ? [...removed, ...complement(kept, total)] : removed }
}

function applyTexts(draft: Ready, texts: Of<'add_text'>[]): Step {
  let ready = draft
  for (const text of texts) {
    const next = addText(ready, text)
    if (typeof next === 'string') return { fault: next }
    ready = { ...next, canvas_config: draft.canvas_config }
  }
  return { draft: measured(ready), notes: texts.map(({ text }) => `Added the text "${text}".`) }
}

const measured = (draft: Ready): Ready => ({ ...measure(draft), canvas_config: draft.canvas_config })

function resize(draft: Ready, wish: Of<'resize'> | undefined): { draft: Draft; notes: string[] } {
  if (!wish || draft.m.height === wish.height) return { draft, notes: [] }
  return { draft: { ...draft, m: { ...draft.m, height: wish.height } }, notes: [`Output set to ${wish.height}p.`] }
}
