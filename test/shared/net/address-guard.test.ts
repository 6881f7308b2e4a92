import { expect, it } from 'vitest'
import { AddressBlocked, InvalidAddress } from '../../../src/shared/net/address-errors.ts'
import { AddressGuard } from '../../../src/shared/net/address-guard.ts'

const strict = new AddressGuard([])

it.each([
  ['http://127.0.0.1/', '127.0.0.1'],
  ['http://127.0.0.1./', '127.0.0.1'],
  ['http://2130706433/', '127.0.0.1'],
  ['http://0x7f000001/', '127.0.0.1'],
  ['http://0x7f.1/', '127.0.0.1'],
  ['http://017700000001/', '127.0.0.1'],
  ['http://0177.0.0.01/', '127.0.0.1'],
  ['http://127.1/', '127.0.0.1'],
  ['http://127.0.1/', '127.0.0.1'],
  ['http://0/', '0.0.0.0'],
  ['http://127%2e0%2e0%2e1/', '127.0.0.1'],
  ['http://127。0。0。1/', '127.0.0.1'],
  ['http://①②⑦.0.0.1/', '127.0.0.1'],
  ['http://１２７.0.0.1/', '127.0.0.1'],
  ['http:\\\\127.0.0.1\\', '127.0.0.1'],
  ['http:127.0.0.1', '127.0.0.1'],
  ['ht\ntp://127.0.\t0.1/', '127.0.0.1'],
  ['https://169.254.169.254/latest/meta-data/', '169.254.169.254'],
  ['http://[::1]/', '::1'],
  ['http://[0:0:0:0:0:0:0:1]/', '::1'],
  ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
  ['http://[::127.0.0.1]/', '::7f00:1'],
  ['http://[64:ff9b::10.0.0.1]/', '64:ff9b::a00:1'],
  ['http://[2002:a00:1::]/', '2002:a00:1::'],
  ['http://[2001:0:53aa:64c::1]/', '2001:0:53aa:64c::1'],
  ['http://localhost/', 'localhost'],
  ['http://LOCALHOST:9/', 'localhost'],
  ['http://localhost./', 'localhost.'],
  ['http://ｌocalhost/', 'localhost'],
  ['http://api.localhost/', 'api.localhost'],
  ['http://localhost.localdomain/', 'localhost.localdomain'],
  ['http://ip6-localhost/', 'ip6-localhost'],
])('blocks %j, which is %s', (text, address) => {
  const blocked = thrownBy(() => strict.checkUrl(text))

  expect(blocked).toBeInstanceOf(AddressBlocked)
  expect(blocked).toMatchObject({ address, range: expect.stringMatching(/\(.+\)$/) })
  expect(String(blocked)).toContain('ALLOW_PRIVATE_CIDRS')
})

it.each([
  'ftp://example.com/a',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,a',
  'http://',
  'example.com/a.mp4',
  '',
  'https://user@example.com/',
  'https://user:word@example.com/',
  'https://:word@example.com/',
  'http://[fe80::1%25eth0]/',
  'http://256.256.256.256/',
])('does not take %j for an address', (text) => {
  expect(() => strict.checkUrl(text)).toThrow(InvalidAddress)
})

it('tells no secret that stood in a URL', () => {
  expect(String(thrownBy(() => strict.checkUrl('https://user:hunter2@example.com/')))).not.toContain('hunter2')
})

it.each([
  ['https://example.com/clip.mp4?a=1#t', 'https://example.com/clip.mp4?a=1#t'],
  ['http://93.184.215.14:8080/a', 'http://93.184.215.14:8080/a'],
  ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
  ['https://mylocalhost/', 'https://mylocalhost/'],
  ['https://metadata.internal./', 'https://metadata.internal./'],
])('lets %s pass without resolving it', (text, href) => {
  expect(strict.checkUrl(text).href).toBe(href)
})

it.each([
  ['127.0.0.0/8', 'http://127.0.0.1:9000/'],
  ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]/'],
  ['127.0.0.0/8', 'http://localhost:9000/'],
  ['::1/128', 'http://localhost:9000/'],
  ['::1/128', 'http://[::1]/'],
  ['10.1.0.0/16', 'http://[64:ff9b::10.1.2.3]/'],
  ['fd00::/8', 'http://[fd12::1]/'],
])('with %s allowed, %s may be called', (cidr, text) => {
  expect(new AddressGuard([cidr]).checkUrl(text)).toBeInstanceOf(URL)
})

it.each([
  ['127.0.0.0/8', 'http://10.0.0.1/'],
  ['127.0.0.0/8', 'http://[::1]/'],
  ['10.1.0.0/16', 'http://10.2.0.1/'],
  ['10.1.0.0/16', 'http://localhost/'],
])('with %s allowed, %s stays blocked', (cidr, text) => {
  expect(() => new AddressGuard([cidr]).checkUrl(text)).toThrow(AddressBlocked)
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
