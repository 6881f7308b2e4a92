import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isWholeMp4 } from '../../../src/shared/media/is-whole-mp4.ts'
import { tempDir } from '../../support/temp-dir.ts'

const CLIP = join(import.meta.dirname, '..', '..', '..', 'examples', 'clip.mp4')

async function setup() {
  const folder = await tempDir()
  const whole = await readFile(CLIP)
  const judge = async (bytes: Buffer) => {
    const path = join(folder.path, 'clip.mp4')
    await writeFile(path, bytes)
    return isWholeMp4(path)
  }
  return { whole, judge, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

describe('an MP4', () => {
  it('is whole with every byte that its boxes announce', async () => {
    await using t = await setup()
    expect(await t.judge(t.whole)).toBe(true)
  })

  it('is not whole wherever it is cut off', async () => {
    await using t = await setup()
    const { length } = t.whole
    const ends = [
      8,
      9,
      15,
      16,
      ...Array.from({ length: 20 }, (_none, i) => Math.floor((length * (i + 1)) / 21)),
      length - 1,
    ]
    for (const end of ends) expect([end, await t.judge(t.whole.subarray(0, end))]).toEqual([end, false])
  })

  it('is not whole with a box that makes no sense', async () => {
    await using t = await setup()
    const broken = Buffer.from(t.whole)
    broken.writeUInt32BE(3, t.whole.readUInt32BE(0))
    expect(await t.judge(broken)).toBe(false)
  })

  it('reads a size of 64 bits, and one that reaches to the end', async () => {
    await using t = await setup()
    const ftyp = box('ftyp', Buffer.from('isom'))
    const moov = box('moov', Buffer.alloc(4))
    const large = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from('mdat'), Buffer.alloc(8), Buffer.alloc(20)])
    large.writeBigUInt64BE(BigInt(large.length), 8)
    expect(await t.judge(Buffer.concat([ftyp, moov, large]))).toBe(true)
    expect(await t.judge(Buffer.concat([ftyp, moov, large]).subarray(0, -1))).toBe(false)
    const open = Buffer.concat([Buffer.alloc(4), Buffer.from('mdat'), Buffer.alloc(9)])
    expect(await t.judge(Buffer.concat([ftyp, moov, open]))).toBe(true)
  })

  it('is not judged where it is none', async () => {
    await using t = await setup()
    expect(await t.judge(Buffer.from('\x1aE\xdf\xa3 another kind of file'))).toBe(true)
  })
})

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.length, 0)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, content])
}
