const bitsPerSample = 258
const sampleFormat = 339
const signed = 2
const unsigned = 1
/** A chain of directories that is longer is damaged, or leads in a circle. */
const mostDirectories = 4096

interface Entry {
  readonly tag: number
  /** Where its first value is, two bytes each. */
  readonly at: number
  readonly count: number
}

/** Bits of a sample of the widest page of a TIFF; 0 where it does not say. */
export function widestSample(bytes: Buffer): number {
  const { readShort, directories } = open(bytes)
  const found = directories.flat().filter(({ tag }) => tag === bitsPerSample)
  return Math.max(0, ...found.map(({ at }) => readShort(at)))
}

/**
 * The same TIFF with samples that have a sign declared to have none: v below zero reads as
 * v + 2^bits. Decoders clip such values to black where they are declared.
 * @returns null where none is declared
 */
export function withoutSigns(bytes: Buffer): Buffer | null {
  const changed = Buffer.from(bytes)
  const { readShort, writeShort, directories } = open(changed)
  let isAny = false
  for (const { tag, at, count } of directories.flat()) {
    if (tag !== sampleFormat) continue
    for (let i = 0; i < count && at + 2 * i + 2 <= changed.length; i += 1) {
      if (readShort(at + 2 * i) !== signed) continue
      writeShort(at + 2 * i, unsigned)
      isAny = true
    }
  }
  return isAny ? changed : null
}

/** How a TIFF and a BigTIFF write a directory: bytes, and where in them what lies. */
const classic = { start: 4, heading: 2, entry: 12, value: 8, offset: 4 }
const big = { start: 8, heading: 8, entry: 20, value: 12, offset: 8 }

function open(bytes: Buffer) {
  const isLittle = bytes.subarray(0, 2).toString('latin1') === 'II'
  const readShort = (at: number) =>
    at + 2 > bytes.length ? 0 : isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)
  const readLong = (at: number) =>
    at + 4 > bytes.length ? 0 : isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
  const readLongest = (at: number) =>
    at + 8 > bytes.length
      ? 0
      : Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at))
  const writeShort = (at: number, value: number) =>
    isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)
  const version = readShort(2)
  const layout = version === 43 ? big : classic
  const { heading, entry, value, offset } = layout
  const readOffset = layout === big ? readLongest : readLong
  const readCount = layout === big ? readLongest : readShort
  const directories: Entry[][] = []
  const seen = new Set<number>()
  let start = version === 42 || version === 43 ? readOffset(layout.start) : 0
  while (
    start > 0 &&
    start < bytes.length &&
    !seen.has(start) &&
    directories.length < mostDirectories
  ) {
    seen.add(start)
    const count = Math.min(readCount(start), Math.floor((bytes.length - start) / entry))
    const entries: Entry[] = []
    for (let i = 0; i < count; i += 1) {
      const at = start + heading + entry * i
      const values = readOffset(at + 4)
      // As many as fit lie in the entry itself.
      entries.push({
        tag: readShort(at),
        at: 2 * values > offset ? readOffset(at + value) : at + value,
        count: values,
      })
    }
    directories.push(entries)
    start = readOffset(start + heading + entry * count)
  }
  return { readShort, writeShort, directories }
}
