import { describe, expect, it } from 'vitest'
import { hasImageExtension, sniff } from '../../../../src/main/dataset/sniff'

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([...part]),
    ),
  )

describe('sniff', () => {
  it.each([
    ['jpeg', bytes([0xff, 0xd8, 0xff, 0xe0])],
    ['png', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a])],
    ['webp', bytes('RIFF', [1, 2, 3, 4], 'WEBPVP8 ')],
    ['gif', bytes('GIF89a')],
    ['bmp', bytes('BM', [0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0])],
    ['tiff', bytes('II', [0x2a, 0])],
    ['tiff', bytes('MM', [0, 0x2a])],
    ['avif', bytes([0, 0, 0, 0x1c], 'ftypavif', [0, 0, 0, 0], 'mif1avifmiaf')],
    ['avif', bytes([0, 0, 0, 0x1c], 'ftypmif1', [0, 0, 0, 0], 'mif1avifmiaf')],
  ])('knows %s', (format, head) => {
    expect(sniff(head)).toEqual({ kind: 'image', format })
  })

  it.each([
    ['SVG', bytes('\n<?xml version="1.0"?><!-- a --><svg xmlns="x">')],
    ['SVG', Buffer.from('\uFEFF<svg/><svg>')],
    ['HEIC', bytes([0, 0, 0, 0x18], 'ftypheic', [0, 0, 0, 0], 'mif1heic')],
    ['JPEG XL', bytes([0xff, 0x0a])],
    ['Photoshop', bytes('8BPS')],
    ['icon', bytes([0, 0, 1, 0, 1])],
  ])('knows %s as one that is not read', (name, head) => {
    expect(sniff(head)).toEqual({ kind: 'unsupported', name })
  })

  it.each([
    bytes(),
    bytes('BMX this is a text'),
    bytes('RIFF', [1, 2, 3, 4], 'WAVE'),
    bytes([0, 0, 0, 0x18], 'ftypisom'),
    bytes('<html><body>no picture</body></html>'),
    bytes([0xff, 0xd8]),
    bytes('%PDF-1.7'),
  ])('knows nothing of %j', (head) => {
    expect(sniff(head)).toEqual({ kind: 'unknown' })
  })

  it('reads names in any case, and no hidden name as an extension', () => {
    expect(hasImageExtension('a.JPG')).toBe(true)
    expect(hasImageExtension('a.b.webp')).toBe(true)
    expect(hasImageExtension('.png')).toBe(false)
    expect(hasImageExtension('png')).toBe(false)
    expect(hasImageExtension('Thumbs.db')).toBe(false)
  })
})
