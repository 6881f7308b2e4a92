import { describe, expect, it } from 'vitest'
import {
  describeChanges,
  draftHash,
  isExportable,
  readAspect,
  readTimeline,
} from '../../../src/shared/upstream/draft.ts'

const json = (value: unknown) => JSON.stringify(value)
const shot = (d: number, name = 'clip') => ({ d, m: { name } })
const summaryOf = (...tracks: unknown[]) => readTimeline(json({ t: tracks })).summary

describe('a timeline', () => {
  it('has the one line that people know', () => {
    const draft = {
      t: [
        { tt: 0, sg: [{ d: 10_000, m: { name: 'city timelapse' } }] },
        { tt: 1, sg: [{ d: 10_000, m: { name: 'Lo-fi', volume: 0.35 } }] },
        { tt: 7, sg: [{ d: 3000, m: { text: 'Urban Dreams' } }] },
      ],
      d: 10_000,
    }
    expect(readTimeline(json(draft))).toEqual({
      summary:
        'Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3. Title: "Urban Dreams" (0-3s)',
      duration_ms: 10_000,
      tracks: [
        { type: 'video', segments: [{ start_ms: 0, end_ms: 10_000, label: 'city timelapse' }] },
        { type: 'audio', segments: [{ start_ms: 0, end_ms: 10_000, label: 'Lo-fi' }] },
        { type: 'text', segments: [{ start_ms: 0, end_ms: 3000, label: 'Urban Dreams' }] },
      ],
    })
  })

  it('lays segments in a row unless they tell their start', () => {
    const [track] = readTimeline(
      json({ t: [{ tt: 0, sg: [shot(1000), shot(2000), { s: 5000, d: 500 }, { start: '7000', d: 1 }, { d: 2 }] }] }),
    ).tracks
    expect(track?.segments.map(({ start_ms, end_ms }) => [start_ms, end_ms])).toEqual([
      [0, 1000],
      [1000, 3000],
      [5000, 5500],
      [7000, 7001],
      [7001, 7003],
    ])
  })

  it('ends with its last segment where it tells no length', () => {
    expect(
      readTimeline(
        json({
          t: [
            { tt: 7, sg: [{ s: 4000, d: 500 }] },
            { tt: 0, sg: [shot(1000)] },
          ],
        }),
      ).duration_ms,
    ).toBe(4500)
  })

  it.each([
    [[], 'Timeline (0 tracks)'],
    [[{ tt: 0, sg: [] }], 'Timeline (1 track): 1. Video (empty)'],
    [[{ tt: 0, sg: [{ d: 9500 }] }], 'Timeline (1 track): 1. Video (0-9.5s)'],
    [[{ tt: 0, sg: [shot(1000, 'a'), shot(1000, 'a'), shot(1000, 'b')] }], 'Timeline (1 track): 1. Video: a, b (0-3s)'],
    [
      [{ tt: 0, sg: ['a', 'b', 'c', 'd', 'e'].map((name) => shot(1, name)) }],
      'Timeline (1 track): 1. Video: a, b, c and 2 more (0-0s)',
    ],
    [[{ tt: 1, sg: [{ d: 1000, m: { volume: 35 } }] }], 'Timeline (1 track): 1. BGM (0-1s, 35%)'],
    [
      [
        {
          tt: 1,
          sg: [
            { d: 1000, m: { volume: 1 } },
            { d: 1000, m: { volume: 0.5 } },
          ],
        },
      ],
      'Timeline (1 track): 1. BGM (0-2s)',
    ],
    [
      [{ tt: 7, sg: [{ s: 2000, d: 1000, m: { text: 'two\nlines' } }] }],
      'Timeline (1 track): 1. Title: "two lines" (2-3s)',
    ],
    [[{ tt: 42, sg: [{ d: 1000 }] }], 'Timeline (1 track): 1. Other (0-1s)'],
  ])('of %j is told as %s', (tracks, summary) => {
    expect(summaryOf(...tracks)).toBe(summary)
  })

  it.each([
    'null',
    '',
    'nonsense',
    '7',
    '[]',
    '{}',
    '{"t":null}',
    '{"t":{}}',
    '{"t":[null,7,"x",[]]}',
    '{"t":[{"tt":null,"sg":null}]}',
    '{"t":[{"tt":{},"sg":[null,7,{"d":null,"m":null},{"d":"x","m":7},{"d":-5,"s":-1,"m":{"name":7,"text":null}},{"d":1e400}]}],"d":"x"}',
  ])('is read from any oddity without a throw: %s', (draft) => {
    const { duration_ms, tracks } = readTimeline(draft)
    expect(duration_ms).toBe(0)
    expect(tracks.flatMap(({ segments }) => segments).every(({ start_ms, end_ms }) => end_ms >= start_ms)).toBe(true)
  })
})

describe('exportable', () => {
  it.each([
    [json({ t: [{ tt: 0, sg: [{}] }] }), true],
    [
      json({
        t: [
          { tt: 0, sg: [] },
          { tt: 99, sg: [7] },
        ],
      }),
      true,
    ],
    [json({ t: [{ tt: 0, sg: [] }] }), false],
    [json({ t: [{ tt: 0 }, null] }), false],
    [json({ t: {} }), false],
    ['{}', false],
    ['nonsense', false],
    [null, false],
  ])('%s: %s', (draft, exportable) => {
    expect(isExportable(draft)).toBe(exportable)
  })
})

describe('changes', () => {
  const before = { t: [{ tt: 0, sg: [shot(4000, 'a'), shot(4200, 'b'), shot(1800, 'c')] }], d: 10_000 }
  const changesTo = (after: unknown) => describeChanges(json(before), json(after))

  it.each([
    [{ ...before, t: [{ tt: 0, sg: [shot(4000, 'a')] }] }, ['2 video segments removed']],
    [{ ...before, t: [...before.t, { tt: 7, sg: [shot(1, 'x')] }] }, ['1 text track added']],
    [
      { ...before, t: [{ tt: 0, sg: [1, 2, 3, 4].map((second) => shot(1000, `${second}`)) }], d: 4000 },
      ['video cut from 3 into 4 segments', 'timeline 6 s shorter'],
    ],
    [{ ...before, d: 5800 }, ['timeline 4.2 s shorter']],
    [{ ...before, d: 10_040 }, ['timeline 40 ms longer']],
    [
      { ...before, t: [{ tt: 0, sg: [shot(4000, 'a'), shot(4200, 'b'), shot(1800, 'd')] }] },
      ['1 video segment changed'],
    ],
    [{ ...before, canvas_config: { width: 1080, height: 1920 } }, ['output size changed from unset to 1080x1920']],
    [{ ...before, m: { height: 720 } }, ['output size changed from unset to 720p']],
    [{ ...before, filter: 'warm' }, ['other properties of the timeline changed']],
    [{ ...before, t: [{ ...before.t[0], mute: true }] }, ['other properties of the timeline changed']],
  ])('to %j: %j', (after, changes) => {
    expect(changesTo(after)).toEqual(changes)
  })

  it('are told from nothing, and to nothing', () => {
    expect(describeChanges(null, json(before))).toEqual(['1 video track added', 'timeline 10 s longer'])
    expect(describeChanges(json(before), null)).toEqual(['1 video track removed', 'timeline 10 s shorter'])
  })

  it.each([
    [null, null],
    [null, '{}'],
    ['{"a":1,"b":[{"c":2,"d":3}]}', ' { "b" : [ {"d":3, "c":2} ], "a":1.0 } '],
    ['{"rev":9007199254740993127}', '{ "rev" : 9007199254740993127 }'],
    ['{"u":"é"}', '{"u":"\\u00e9"}'],
  ])('are none between %s and %s', (one, other) => {
    expect(describeChanges(one, other)).toEqual([])
  })

  it.each([
    ['{"a":1,"b":[{"c":2,"d":3}]}', ' { "b" : [ {"d":3, "c":2} ], "a":1.0 } '],
    ['{"u":"é"}', '{ "u":"\\u00e9"}'],
    ['{"rev":9007199254740993127}', '{ "rev" : 9007199254740993127 }'],
  ])('have one hash where there are none: %s and %s', (one, other) => {
    expect(draftHash(one)).toBe(draftHash(other))
  })

  it.each([
    ['{"rev":9007199254740993127}', '{"rev":9007199254740993128}'],
    ['{"x":0.12345678901234567890}', '{"x":0.12345678901234567891}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":"1"}', '{"a":1}'],
    ['{"a":null}', '{}'],
    ['{"a":9007199254740993}', '{"a":"9007199254740993"}'],
  ])('are seen between %s and %s', (one, other) => {
    expect(describeChanges(one, other)).not.toEqual([])
    expect(draftHash(one)).not.toBe(draftHash(other))
  })
})

it('knows the aspect of the canvas, where the draft tells it', () => {
  expect(readAspect(json({ canvas_config: { width: 1080, height: 1920 } }))).toBe(0.5625)
  expect(readAspect(json({ canvas_config: { w: 16, h: 9 } }))).toBeCloseTo(16 / 9)
  expect(readAspect(json({ canvas_config: null }))).toBeNull()
  expect(readAspect(null)).toBeNull()
})
