const box = (type: string, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(content.length + 8)
  return Buffer.concat([size, Buffer.from(type, 'latin1'), content])
}

/** The beginning of an MP4, which is all that the API looks at, filled up to `bytes`. */
export function mp4Bytes(bytes = 64): Buffer {
  const head = box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2mp41', 'latin1'))
  return Buffer.concat([head, Buffer.alloc(Math.max(0, bytes - head.length))])
}
