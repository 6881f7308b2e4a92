import { pino, type Logger } from 'pino'

/** A logger whose lines a test can wait for and read. */
export class LogSpy {
  readonly lines: string[] = []
  readonly logger: Logger = pino({ level: 'trace' }, { write: (line: string) => this.#add(line) })
  #waiting: { pattern: RegExp; resolve: (line: string) => void }[] = []

  /** Resolves with the first line, written or yet to come, that matches. */
  reached(pattern: RegExp): Promise<string> {
    const written = this.lines.find((line) => pattern.test(line))
    if (written !== undefined) return Promise.resolve(written)
    return new Promise((resolve) => this.#waiting.push({ pattern, resolve }))
  }

  #add(line: string): void {
    this.lines.push(line)
    for (const { pattern, resolve } of this.#waiting) if (pattern.test(line)) resolve(line)
    this.#waiting = this.#waiting.filter(({ pattern }) => !pattern.test(line))
  }
}
