/** A draft as callers see it: `timeline` of the contract. Times are milliseconds on the timeline. */
export interface Timeline {
  /** One line that people know: `Timeline (3 tracks): 1. Video: city timelapse (0-10s) …` */
  summary: string
  duration_ms: number
  tracks: Track[]
}

export interface Track {
  type: 'video' | 'audio' | 'text' | 'other'
  segments: Segment[]
}

export interface Segment {
  start_ms: number
  end_ms: number
  label: string
}
