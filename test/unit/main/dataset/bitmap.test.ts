import { describe, expect, it } from 'vitest'
import { decodeBitmap, readBitmapHeader } from '../../../../src/main/dataset/bitmap'

interface Parts {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly compression?: number
  readonly headerSize?: number
  /** After the header: masks and palette. */
  readonly between?: readonly number[]
  readonly pixels: readonly number[]
}

function bitmap({
  width,
  height,
  bits,
  compression = 0,
  headerSize = 40,
  between = [],
  pixels,
}: Parts) {
  const header = Buffer.alloc(14 + headerSize)
  header.write('BM', 0, 'latin1')
  header.writeUInt32LE(14 + headerSize + between.length, 10)
  header.writeUInt32LE(headerSize, 14)
  if (headerSize === 12) {
    header.writeUInt16LE(width, 18)
    header.writeUInt16LE(height, 20)
    header.writeUInt16LE(1, 22)
    header.writeUInt16LE(bits, 24)
  } else {
    header.writeInt32LE(width, 18)
    header.writeInt32LE(height, 22)
    header.writeUInt16LE(1, 26)
    header.writeUInt16LE(bits, 28)
    header.writeUInt32LE(compression, 30)
  }
  return Buffer.concat([header, Buffer.from([...between]), Buffer.from([...pixels])])
}

const pixelsOf = (file: Buffer) => [...decodeBitmap(file).pixels]
const black = [0, 0, 0]
const white = [255, 255, 255]
const red = [255, 0, 0]
const blue = [0, 0, 255]
/** Blue, green, red, unused. */
const palette = [0, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 0, 255, 0, 0, 0]

describe('decodeBitmap', () => {
  it('reads 24 bits from the last row up, with padding', () => {
    const file = bitmap({
      width: 1,
      height: 2,
      bits: 24,
      pixels: [255, 0, 0, 0, 0, 0, 255, 0],
    })
    expect(readBitmapHeader(file)).toEqual({ widthPx: 1, heightPx: 2 })
    expect(pixelsOf(file)).toEqual([...red, ...blue])
  })

  it('reads rows from the top where the height is negative', () => {
    const pixels = [255, 0, 0, 0, 0, 0, 255, 0]
    const file = bitmap({ width: 1, height: -2, bits: 24, pixels })
    expect(pixelsOf(file)).toEqual([...blue, ...red])
  })

  it('reads 1, 4 and 8 bits through the palette', () => {
    expect(
      pixelsOf(
        bitmap({
          width: 3,
          height: 1,
          bits: 1,
          between: palette.slice(0, 8),
          pixels: [0b01000000, 0, 0, 0],
        }),
      ),
    ).toEqual([...black, ...white, ...black])
    expect(
      pixelsOf(
        bitmap({ width: 3, height: 1, bits: 4, between: palette, pixels: [0x23, 0x10, 0, 0] }),
      ),
    ).toEqual([...red, ...blue, ...white])
    expect(
      pixelsOf(bitmap({ width: 2, height: 1, bits: 8, between: palette, pixels: [3, 2, 0, 0] })),
    ).toEqual([...blue, ...red])
  })

  it('reads the OS/2 header with its palette of three bytes', () => {
    const file = bitmap({
      width: 2,
      height: 1,
      bits: 1,
      headerSize: 12,
      between: [0, 0, 255, 255, 0, 0],
      pixels: [0b01000000, 0, 0, 0],
    })
    expect(pixelsOf(file)).toEqual([...red, ...blue])
  })

  it('reads 16 bits as 5-5-5, and as 5-6-5 where masks say so', () => {
    expect(
      pixelsOf(bitmap({ width: 2, height: 1, bits: 16, pixels: [0x00, 0x7c, 0x1f, 0x00] })),
    ).toEqual([...red, ...blue])
    const masks = [0x00, 0xf8, 0, 0, 0xe0, 0x07, 0, 0, 0x1f, 0, 0, 0]
    expect(
      pixelsOf(
        bitmap({
          width: 2,
          height: 1,
          bits: 16,
          compression: 3,
          between: masks,
          pixels: [0xe0, 0x07, 0xff, 0xff],
        }),
      ),
    ).toEqual([0, 255, 0, ...white])
  })

  it('reads 32 bits without alpha, and with it where a mask says so', () => {
    expect(pixelsOf(bitmap({ width: 1, height: 1, bits: 32, pixels: [1, 2, 3, 0] }))).toEqual([
      3, 2, 1,
    ])
    const file = bitmap({
      width: 1,
      height: 1,
      bits: 32,
      compression: 3,
      headerSize: 124,
      pixels: [1, 2, 3, 128],
    })
    file.writeUInt32LE(0x00ff0000, 54)
    file.writeUInt32LE(0x0000ff00, 58)
    file.writeUInt32LE(0x000000ff, 62)
    file.writeUInt32LE(0xff000000, 66)
    expect(decodeBitmap(file)).toMatchObject({ channels: 4, pixels: Uint8Array.of(3, 2, 1, 128) })
  })

  it('reads runs, absolute parts, jumps and line ends', () => {
    const rle8 = [2, 1, 0, 3, 2, 3, 1, 0, 0, 0, 0, 2, 1, 0, 1, 2, 0, 1]
    const file = bitmap({
      width: 5,
      height: 2,
      bits: 8,
      compression: 1,
      between: palette,
      pixels: rle8,
    })
    expect(pixelsOf(file)).toEqual([
      ...[black, red, black, black, black].flat(),
      ...[white, white, red, blue, white].flat(),
    ])
    const rle4 = [3, 0x12, 0, 3, 0x31, 0x20, 0, 1]
    expect(
      pixelsOf(
        bitmap({ width: 6, height: 1, bits: 4, compression: 2, between: palette, pixels: rle4 }),
      ),
    ).toEqual([white, red, white, blue, white, red].flat())
  })

  it.each([
    ['cut off', bitmap({ width: 9, height: 9, bits: 24, pixels: [1, 2, 3] })],
    [
      'cut off',
      bitmap({ width: 9, height: 9, bits: 8, compression: 1, between: palette, pixels: [9] }),
    ],
    ['not one', bitmap({ width: 0, height: 9, bits: 24, pixels: [] })],
    ['not one', bitmap({ width: -3, height: 9, bits: 24, pixels: [] })],
    ['not supported', bitmap({ width: 1, height: 1, bits: 7, pixels: [] })],
    ['not supported', bitmap({ width: 1, height: 1, bits: 24, compression: 4, pixels: [] })],
    ['does not fit', bitmap({ width: 1, height: 1, bits: 24, compression: 1, pixels: [] })],
    ['not a bitmap', Buffer.from('BM')],
  ])('says %s of a damaged file', (reason, file) => {
    expect(() => decodeBitmap(file)).toThrow(reason)
  })
})
