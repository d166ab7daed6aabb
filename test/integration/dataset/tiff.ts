/** What the samples of a page are. */
export interface Samples {
  readonly bits: 8 | 16 | 32 | 64
  readonly format: 'unsigned' | 'signed' | 'float'
  readonly values: (x: number, y: number) => number
}
export interface Page extends Samples {
  readonly width: number
  readonly height: number
  /** Four inks of 8 bits instead of grey, the same everywhere. */
  readonly inks?: readonly number[]
  /** Contents of an ICC profile. */
  readonly profile?: Buffer
}

const profileTag = 34675
const formats = { unsigned: 1, signed: 2, float: 3 }

/**
 * A TIFF of plain pages, uncompressed; little-endian.
 * @param isBig a BigTIFF, whose offsets have 64 bits
 */
export function tiff(pages: readonly Page[], isBig = false): Buffer {
  const header = isBig
    ? Buffer.from([0x49, 0x49, 43, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    : Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0])
  const offset = isBig ? 8 : 4
  const parts: Buffer[] = [header]
  let length = header.length
  let linkAt = header.length - offset
  const add = (part: Buffer): number => {
    const at = length
    parts.push(part)
    length += part.length
    return at
  }
  const links: { readonly at: number; readonly to: number }[] = []
  for (const page of pages) {
    const data = samplesOf(page)
    const dataAt = add(data)
    const bitsAt = add(Buffer.from([8, 0, 8, 0, 8, 0, 8, 0]))
    const profileAt = add(page.profile ?? Buffer.alloc(0))
    const isInk = page.inks !== undefined
    const entries: readonly (readonly [tag: number, count: number, value: number])[] = [
      [256, 1, page.width],
      [257, 1, page.height],
      isInk ? [258, 4, bitsAt] : [258, 1, page.bits],
      [259, 1, 1],
      [262, 1, isInk ? 5 : 1],
      [273, 1, dataAt],
      [277, 1, isInk ? 4 : 1],
      [278, 1, page.height],
      [279, 1, data.length],
      [339, 1, isInk ? 1 : formats[page.format]],
      ...(page.profile === undefined
        ? []
        : [[profileTag, page.profile.length, profileAt] as const]),
    ]
    const heading = isBig ? 8 : 2
    const size = 4 + 2 * offset
    const directory = Buffer.alloc(heading + entries.length * size + offset)
    directory.writeUInt16LE(entries.length, 0)
    entries.forEach(([tag, count, value], i) => {
      const isShort = tag !== profileTag && ![256, 257, 273, 278, 279].includes(tag)
      const entry = heading + i * size
      directory.writeUInt16LE(tag, entry)
      directory.writeUInt16LE(tag === profileTag ? 7 : isShort ? 3 : 4, entry + 2)
      directory.writeUInt32LE(count, entry + 4)
      directory.writeUInt32LE(value, entry + 4 + offset)
    })
    const at = add(directory)
    links.push({ at: linkAt, to: at })
    linkAt = at + directory.length - offset
  }
  const file = Buffer.concat(parts)
  for (const { at, to } of links) file.writeUInt32LE(to, at)
  return file
}

function samplesOf({ width, height, bits, format, values, inks }: Page): Buffer {
  if (inks !== undefined) {
    return Buffer.from(Array.from({ length: width * height }, () => inks).flat())
  }
  const size = bits / 8
  const data = Buffer.alloc(width * height * size)
  for (let at = 0; at < width * height; at += 1) {
    const value = values(at % width, Math.floor(at / width))
    if (bits === 64) data.writeDoubleLE(value, at * size)
    else if (format === 'float') data.writeFloatLE(value, at * size)
    else if (format === 'signed') data.writeIntLE(value, at * size, size)
    else data.writeUIntLE(value, at * size, size)
  }
  return data
}
