import { pino, type Logger } from 'pino'

export type { Logger }

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** Logs go to stderr, so that stdout carries the ready lines alone. JSON lines, or pretty on a terminal. */
export function createLogger(options: { level: LogLevel; pretty: boolean }): Logger {
  const settings = {
    level: options.level,
    base: null,
    redact: { paths: ['*.authorization', '*.*.authorization', '*.token'], censor: '[secret]' },
  }
  if (!options.pretty) return pino({ ...settings, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
  return pino({
    ...settings,
    transport: {
      target: 'pino-pretty',
      options: { destination: 2, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' },
    },
  })
}

/** For tests and for parts that were given no logger. */
export const silentLogger: Logger = pino({ level: 'silent' })
