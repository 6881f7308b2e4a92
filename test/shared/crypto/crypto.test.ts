import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/shared/config/secret.ts'
import { LinkSigner } from '../../../src/shared/crypto/link-signer.ts'
import { SealedBox } from '../../../src/shared/crypto/sealed-box.ts'

const KEY = new Secret('k'.repeat(40))
const OTHER = new Secret('o'.repeat(40))
const PATH = '/v1/jobs/job_1/output'

const query = (text: string) => {
  const params = new URLSearchParams(text)
  return { expires: params.get('expires') ?? '', signature: params.get('signature') ?? '' }
}

describe('a signed link', () => {
  const signed = query(new LinkSigner(KEY).sign(PATH, 10_000))

  it('opens its path until its time', () => {
    expect(new LinkSigner(KEY).verify(PATH, signed, 9_999)).toBe(true)
    expect(new LinkSigner(KEY).verify(PATH, signed, 10_000)).toBe(false)
  })

  it.each([
    ['another path', '/v1/jobs/job_2/output', signed],
    ['a later time', PATH, { ...signed, expires: '20' }],
    ['another signature', PATH, { ...signed, signature: `A${signed.signature.slice(1)}` }],
    ['no signature', PATH, { ...signed, signature: '' }],
    ['no number', PATH, { ...signed, expires: 'NaN' }],
  ])('does not open with %s', (_what, path, asked) => {
    expect(new LinkSigner(KEY).verify(path, asked, 0)).toBe(false)
  })

  it('does not open with the link of another installation', () => {
    expect(new LinkSigner(OTHER).verify(PATH, signed, 0)).toBe(false)
  })
})

describe('a sealed text', () => {
  it('opens with the key it was sealed with, and with no other', () => {
    const sealed = new SealedBox(KEY).seal('nmv_usr_1 ✂️')
    expect(sealed).not.toContain('nmv')
    expect(new SealedBox(KEY).open(sealed)).toBe('nmv_usr_1 ✂️')
    expect(new SealedBox(OTHER).open(sealed)).toBeNull()
  })

  it('does not open once it was changed', () => {
    const sealed = new SealedBox(KEY).seal('text')
    expect(new SealedBox(KEY).open(`${sealed.slice(0, -2)}AA`)).toBeNull()
    expect(new SealedBox(KEY).open('text')).toBeNull()
  })
})
