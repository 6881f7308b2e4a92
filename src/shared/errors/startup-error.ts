export interface Fault {
  /** The setting, file or program that is at fault, as the operator knows it. */
  subject: string
  expected: string
  got: string
  fix: string
}

/** What keeps the service from starting, told so that an operator can mend it: all faults in one message. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[], cause?: unknown) {
    super(faults.map(describe).join('\n'), { cause })
    this.faults = faults
  }
}

const describe = ({ subject, expected, got, fix }: Fault) => `${subject}: expected ${expected}; got ${got}. Fix: ${fix}`
