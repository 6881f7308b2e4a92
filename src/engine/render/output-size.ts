export interface Size {
  width: number
  height: number
}

const LONG_SIDE = 1920
const SHORT_SIDE = 1080
/** Nothing is scaled up beyond this, whatever a narrow clip would ask for. */
const MAX_SIDE = 7680

const even = (pixels: number) => Math.max(2, Math.round(pixels / 2) * 2)

const scaled = ({ width, height }: Size, factor: number): Size => ({
  width: even(width * factor),
  height: even(height * factor),
})

/**
 * The size of the output: the source's, brought down to full HD and made even; or, where `wished` is set, so that the
 * short side has that many pixels.
 */
export function outputSize(source: Size, wished: number | undefined): Size {
  const long = Math.max(source.width, source.height)
  const short = Math.min(source.width, source.height)
  if (wished !== undefined) return scaled(source, Math.min(wished / short, MAX_SIDE / long))
  return scaled(source, Math.min(1, LONG_SIDE / long, SHORT_SIDE / short))
}

/** The largest size of the source's shape that fits into the frame. */
export function fitInto(frame: Size, source: Size): Size {
  const factor = Math.min(frame.width / source.width, frame.height / source.height)
  const { width, height } = scaled(source, factor)
  return { width: Math.min(width, frame.width), height: Math.min(height, frame.height) }
}
