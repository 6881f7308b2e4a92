/**
 * A length of time: `0.4 s`, `5.4 s`, `42 s`, `1:05`, `1:00:00`.
 * @param {number} ms
 */
export function duration(ms) {
  const tenths = Math.round(ms / 100)
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  if (parts[0] === 0) parts.shift()
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

const UNITS = ['bytes', 'kB', 'MB', 'GB']

/**
 * A size: `1 byte`, `171 kB`, `1.4 MB`.
 * @param {number} bytes
 */
export function size(bytes) {
  if (bytes === 1) return '1 byte'
  let value = bytes
  let unit = 0
  while (Math.round(value) >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}

/**
 * A part of the whole: `42 %`.
 * @param {number} part from 0 to 1
 */
export const percent = (part) => `${Math.floor(Math.min(1, Math.max(0, part)) * 100)} %`

/**
 * A moment as the reader's clock shows it, with its day unless that is today.
 * @param {string} iso
 * @param {{ now: number, locale?: string, timeZone?: string, seconds?: boolean }} reader
 */
export function moment(iso, { now, locale, timeZone, seconds = false }) {
  const zone = timeZone === undefined ? {} : { timeZone }
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', ...zone })
  const time = new Intl.DateTimeFormat(locale, { timeStyle: seconds ? 'medium' : 'short', ...zone })
  const at = Date.parse(iso)
  return day.format(at) === day.format(now) ? time.format(at) : `${day.format(at)}, ${time.format(at)}`
}

/**
 * What a job works on: `clip.mp4`, `a.mp4 and 2 more`, `No clip`.
 * @param {readonly { name: string }[]} inputs
 */
export function clipNames([first, ...more]) {
  if (!first) return 'No clip'
  return more.length === 0 ? first.name : `${first.name} and ${more.length} more`
}

/**
 * `1 clip`, `3 clips`.
 * @param {number} count
 * @param {string} noun
 */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`
