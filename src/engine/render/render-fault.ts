/** A render that can't be done as asked. The message is told to the caller as the reason. */
export class RenderFault extends Error {
  override readonly name = 'RenderFault'
}
