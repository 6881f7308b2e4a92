import { resolve, sep } from 'node:path'

/** Told to the upstream with each call: which catalogue this installation came from. Both paths are absolute. */
export function platformOf(installPath: string, home: string): 'clawhub' | 'cursor' | 'unknown' {
  const isUnder = (...folders: string[]) =>
    `${resolve(installPath)}${sep}`.startsWith(`${resolve(home, ...folders)}${sep}`)
  if (isUnder('.clawhub')) return 'clawhub'
  if (isUnder('.cursor', 'skills')) return 'cursor'
  return 'unknown'
}
