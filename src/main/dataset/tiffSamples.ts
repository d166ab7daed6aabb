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

/** Bits of a sample of the widest page of a TIFF (not of a BigTIFF); 0 where it does not say. */
export function widestSample(bytes: Buffer): number {
  const { readShort, directories } = open(bytes)
  const found = directories.flat().filter(({ tag }) => tag === bitsPerSample)
  return Math.max(0, ...found.map(({ at }) => readShort(at)))
}

/**
 * The same TIFF with samples that have a sign declared to have none: v below zero reads as
 * v + 2^bits. Decoders clip such values to black where they are declared.
 * @returns null where none is declared, as in a BigTIFF, whose directories are not read
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

function open(bytes: Buffer) {
  const isLittle = bytes.subarray(0, 2).toString('latin1') === 'II'
  const readShort = (at: number) =>
    at + 2 > bytes.length ? 0 : isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)
  const readLong = (at: number) =>
    at + 4 > bytes.length ? 0 : isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
  const writeShort = (at: number, value: number) =>
    isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)
  const directories: Entry[][] = []
  const seen = new Set<number>()
  let start = readShort(2) === 42 ? readLong(4) : 0
  while (start > 0 && !seen.has(start) && directories.length < mostDirectories) {
    seen.add(start)
    const count = Math.min(readShort(start), Math.floor((bytes.length - start) / 12))
    const entries: Entry[] = []
    for (let i = 0; i < count; i += 1) {
      const at = start + 2 + 12 * i
      const values = readLong(at + 4)
      // Up to two values lie in the entry itself.
      entries.push({
        tag: readShort(at),
        at: values > 2 ? readLong(at + 8) : at + 8,
        count: values,
      })
    }
    directories.push(entries)
    start = readLong(start + 2 + 12 * readShort(start))
  }
  return { readShort, writeShort, directories }
}
