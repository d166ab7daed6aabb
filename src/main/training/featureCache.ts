import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

const keyBytes = 32
const checkBytes = 4
const recordSize = (dimension: number) => keyBytes + dimension * 4 + checkBytes
const tapFolder = (cacheFolder: string, id: string, dimension: number) =>
  join(cacheFolder, 'features', `${id.replaceAll(/[^\w.-]/g, '_')}-${dimension}`)

/** Names of the segments in a folder, sorted; none where there is no folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.bin'))
      .sort()
  } catch {
    return []
  }
}

/**
 * Features of images by the SHA-256 of their file, computed once and kept in the cache folder:
 * `features/<extractor>/<segment>.bin`, each a row of records [sha256, features as float32,
 * CRC-32 of both]. Every program that computes writes a segment of its own, so that two at a time
 * do not disturb each other; a record that a crash cut short fails its check and is left out.
 */
export class FeatureCache {
  private readonly folder: string
  private readonly recordBytes: number
  private segment: number | null = null

  /** @param extractorId names network, tap and picture size: other features never mix in */
  constructor(
    cacheFolder: string,
    extractorId: string,
    private readonly dimension: number,
  ) {
    this.folder = tapFolder(cacheFolder, extractorId, dimension)
    this.recordBytes = recordSize(dimension)
  }

  /**
   * Fills `target` [sha256.length, dimension] with what is known.
   * @returns for each image whether its features were found
   */
  read(sha256: readonly string[], target: Float32Array): Uint8Array {
    const found = new Uint8Array(sha256.length)
    const positions = new Map<string, number[]>()
    sha256.forEach((key, index) => {
      const known = positions.get(key)
      if (known === undefined) positions.set(key, [index])
      else known.push(index)
    })
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    const rowBytes = this.dimension * 4
    this.forEachRecord((key, record) => {
      const rows = positions.get(key)
      if (rows === undefined || found[rows[0]!] === 1 || !this.isWhole(record)) return
      for (const row of rows) {
        bytes.set(record.subarray(keyBytes, keyBytes + rowBytes), row * rowBytes)
        found[row] = 1
      }
    })
    return found
  }

  /** Appends the features of images, [sha256.length, dimension]. */
  append(sha256: readonly string[], features: Float32Array): void {
    if (sha256.length === 0) return
    if (this.segment === null) {
      mkdirSync(this.folder, { recursive: true })
      this.segment = openSync(join(this.folder, `${randomUUID()}.bin`), 'wx')
    }
    const records = Buffer.alloc(sha256.length * this.recordBytes)
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength)
    const rowBytes = this.dimension * 4
    sha256.forEach((key, i) => {
      const record = records.subarray(i * this.recordBytes, (i + 1) * this.recordBytes)
      record.write(key, 0, 'hex')
      record.set(bytes.subarray(i * rowBytes, (i + 1) * rowBytes), keyBytes)
      record.writeUInt32LE(crc32(record.subarray(0, -checkBytes)), this.recordBytes - checkBytes)
    })
    writeSync(this.segment, records)
  }

  close(): void {
    if (this.segment !== null) closeSync(this.segment)
    this.segment = null
  }

  private isWhole(record: Buffer): boolean {
    const { recordBytes } = this
    return (
      crc32(record.subarray(0, recordBytes - checkBytes)) ===
      record.readUInt32LE(recordBytes - checkBytes)
    )
  }

  private forEachRecord(visit: (key: string, record: Buffer) => void): void {
    const { recordBytes } = this
    const block = Buffer.alloc(recordBytes * Math.max(1, Math.floor(2 ** 23 / recordBytes)))
    for (const name of namesIn(this.folder)) {
      const file = openSync(join(this.folder, name), 'r')
      try {
        for (let position = 0; ;) {
          const length = readSync(file, block, 0, block.length, position)
          const records = Math.floor(length / recordBytes)
          for (let i = 0; i < records; i++) {
            const record = block.subarray(i * recordBytes, (i + 1) * recordBytes)
            visit(record.toString('hex', 0, keyBytes), record)
          }
          position += records * recordBytes
          if (records === 0) break
        }
      } finally {
        closeSync(file)
      }
    }
  }
}

/**
 * Features of several taps, each in a cache of its own: whatever taps a run takes, those that
 * another run computed are found again.
 */
export class TapCaches {
  private readonly caches: readonly { readonly cache: FeatureCache; readonly dimension: number }[]

  constructor(
    cacheFolder: string,
    private readonly taps: readonly CachedTap[],
  ) {
    this.caches = taps.map(({ id, dimension }) => ({
      cache: new FeatureCache(cacheFolder, id, dimension),
      dimension,
    }))
  }

  /**
   * Fills `target` [sha256.length, dimension of all taps] with what is known.
   * @returns for each image whether the features of all taps were found
   */
  read(sha256: readonly string[], target: Float32Array): Uint8Array {
    const found = new Uint8Array(sha256.length).fill(1)
    const total = sumOfDimensions(this.taps)
    let at = 0
    for (const { cache, dimension } of this.caches) {
      // Alone it needs no second copy.
      const part = this.caches.length === 1 ? target : new Float32Array(sha256.length * dimension)
      const isKnown = cache.read(sha256, part)
      for (let i = 0; i < sha256.length; i++) {
        if (isKnown[i] === 0) found[i] = 0
        else if (part !== target) {
          target.set(part.subarray(i * dimension, (i + 1) * dimension), i * total + at)
        }
      }
      at += dimension
    }
    return found
  }

  /** Appends the features of images, [sha256.length, dimension of all taps]. */
  append(sha256: readonly string[], features: Float32Array): void {
    const total = sumOfDimensions(this.taps)
    let at = 0
    for (const { cache, dimension } of this.caches) {
      const part = new Float32Array(sha256.length * dimension)
      for (let i = 0; i < sha256.length; i++) {
        const from = i * total + at
        part.set(features.subarray(from, from + dimension), i * dimension)
      }
      cache.append(sha256, part)
      at += dimension
    }
  }

  close(): void {
    for (const { cache } of this.caches) cache.close()
  }
}

export interface CachedTap {
  /** Names network and tap. */
  readonly id: string
  readonly dimension: number
}

const sumOfDimensions = (taps: readonly CachedTap[]): number =>
  taps.reduce((sum, { dimension }) => sum + dimension, 0)

const lastKeys = new Map<
  string,
  { readonly signature: string; readonly keys: ReadonlySet<string> }
>()

/**
 * How many of the images have cached features of all the taps. Reads keys alone, and those only
 * when the cache has grown since the last call.
 */
export function countCachedFeatures(
  cacheFolder: string,
  taps: readonly CachedTap[],
  sha256: readonly string[],
): number {
  const known = taps.map(({ id, dimension }) =>
    keysIn(tapFolder(cacheFolder, id, dimension), recordSize(dimension)),
  )
  return sha256.reduce((count, key) => count + (known.every((keys) => keys.has(key)) ? 1 : 0), 0)
}

function keysIn(folder: string, recordBytes: number): ReadonlySet<string> {
  const files = namesIn(folder).map((name) => {
    const path = join(folder, name)
    return { path, bytes: statSync(path).size }
  })
  const signature = files.map(({ path, bytes }) => `${path}:${bytes}`).join('\n')
  const last = lastKeys.get(folder)
  if (last?.signature === signature) return last.keys
  const keys = new Set(files.flatMap((file) => [...readKeys(file, recordBytes)]))
  lastKeys.set(folder, { signature, keys })
  return keys
}

function* readKeys(
  { path, bytes }: { readonly path: string; readonly bytes: number },
  recordBytes: number,
): Generator<string> {
  const file = openSync(path, 'r')
  const key = Buffer.alloc(keyBytes)
  try {
    for (let position = 0; position + recordBytes <= bytes; position += recordBytes) {
      readSync(file, key, 0, keyBytes, position)
      yield key.toString('hex')
    }
  } finally {
    closeSync(file)
  }
}
