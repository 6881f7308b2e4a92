import { expect, it } from 'vitest'
import { checkPrograms } from '../../src/engine/programs/check-programs.ts'

it('says which programs are missing, and what to install', async () => {
  await expect(checkPrograms(['ffmpeg', 'no-such-program'])).rejects.toThrow(/no-such-program: .*install the package/)
  await expect(checkPrograms()).resolves.toBeUndefined()
})
