import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { requireFinite } from '../files/finite'
import { openRegularSync } from '../files/regularFile'
import { decodingVersion } from '../workspace'
import { finish, partOf, type Steps } from '../../core/steps'

/** A record is [sha256, features as float32, CRC-32 of both]. */
export const keyBytes = 32
const checkBytes = 4
/** Bytes of one record: key, features, check. */
export const recordSizeOf = (dimension: number): number => keyBytes + dimension * 4 + checkBytes

export const tapFolder = (cacheFolder: string, { id, dimension }: CachedTap): string =>
  join(cacheFolder, 'features', `${id.replaceAll(/[^\w.-]/g, '_')}-${dimension}.${decodingVersion}`)

export const isSegment = (name: string): boolean => name.endsWith('.bin')
/** The keys of a segment one after another, for whoever only counts. */
export const keyFileOf = (segment: string): string => segment.replace(/\.bin$/, '.keys')

/** Paths of the segments in a folder, sorted; none where there is no folder. */
export function segmentsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(isSegment)
      .sort()
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/**
 * Calls `visit` with the records of a segment that can be read whole, whose bytes are lent, in
 * steps; each yields how far it is in the segment.
 */
export function* visitRecords(
  segment: string,
  recordBytes: number,
  visit: (key: string, record: Buffer, position: number) => void,
): Steps<void> {
  const block = Buffer.alloc(recordBytes * Math.max(1, Math.floor(2 ** 22 / recordBytes)))
  const { descriptor: file, size } = openRegularSync(segment)
  try {
    for (let position = 0; ;) {
      const length = readSync(file, block, 0, block.length, position)
      const records = Math.floor(length / recordBytes)
      if (records === 0) break
      for (let i = 0; i < records; i++) {
        const record = block.subarray(i * recordBytes, (i + 1) * recordBytes)
        visit(record.toString('hex', 0, keyBytes), record, position + i * recordBytes)
      }
      position += records * recordBytes
      yield position / Math.max(size, position)
    }
  } finally {
    closeSync(file)
  }
}

/** Whether a record is as it was written. */
export const isWholeRecord = (record: Buffer): boolean =>
  crc32(record.subarray(0, -checkBytes)) === record.readUInt32LE(record.length - checkBytes)

/** Places of each text in a list. */
export function placesOf(keys: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  keys.forEach((key, place) => {
    const known = places.get(key)
    if (known === undefined) places.set(key, [place])
    else known.push(place)
  })
  return places
}

/** Where records were put. */
export interface Appended {
  readonly segment: string
  /** Of the first one; the others follow. */
  readonly position: number
}

/**
 * Features of images by the SHA-256 of their file, computed once and kept in the cache folder:
 * `features/<extractor>/<segment>.bin`, each a row of records. Every program that computes writes
 * a segment of its own, so that two at a time do not disturb each other; a record that a crash cut
 * short fails its check and is left out.
 */
export class FeatureCache {
  private readonly folder: string
  private readonly recordBytes: number
  private segment: { readonly path: string; readonly file: number; readonly keys: number } | null =
    null
  private written = 0

  /** @param extractorId names network, tap and picture size: other features never mix in */
  constructor(
    cacheFolder: string,
    extractorId: string,
    private readonly dimension: number,
  ) {
    this.folder = tapFolder(cacheFolder, { id: extractorId, dimension })
    this.recordBytes = recordSizeOf(dimension)
  }

  /** {@link readSteps} at once. */
  read(
    sha256: readonly string[],
    target: Float32Array,
    place?: { readonly rowSize: number; readonly column: number },
  ): Uint8Array {
    return finish(this.readSteps(sha256, target, place))
  }

  /**
   * Fills the columns of `target` from `column` on, rows of `rowSize` numbers, with what is known;
   * by default the target holds nothing else.
   * Each step yields the share of the images that were found by then.
   * @returns for each image whether its features were found
   */
  *readSteps(
    sha256: readonly string[],
    target: Float32Array,
    { rowSize, column } = { rowSize: this.dimension, column: 0 },
  ): Steps<Uint8Array> {
    const found = new Uint8Array(sha256.length)
    let count = 0
    const places = placesOf(sha256)
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    const featureBytes = this.dimension * 4
    for (const segment of segmentsIn(this.folder)) {
      const visiting = visitRecords(segment, this.recordBytes, (key, record) => {
        const rows = places.get(key)
        if (rows === undefined || found[rows[0]!] === 1 || !isWholeRecord(record)) return
        for (const row of rows) {
          const at = (row * rowSize + column) * 4
          bytes.set(record.subarray(keyBytes, keyBytes + featureBytes), at)
          found[row] = 1
          count++
        }
      })
      for (const _ of visiting) yield count / sha256.length
    }
    return found
  }

  /**
   * Appends the features of images, those of one beginning `rowSize` numbers after those of the
   * one before, at `column`.
   * @returns where they lie now; null where there were none
   */
  append(
    sha256: readonly string[],
    features: Float32Array,
    { rowSize, column } = { rowSize: this.dimension, column: 0 },
  ): Appended | null {
    if (sha256.length === 0) return null
    requireFinite('The features', features)
    const { recordBytes } = this
    const { path, file, keys } = (this.segment ??= this.startSegment())
    const records = Buffer.alloc(sha256.length * recordBytes)
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength)
    sha256.forEach((key, i) => {
      const record = records.subarray(i * recordBytes, (i + 1) * recordBytes)
      const from = (i * rowSize + column) * 4
      record.write(key, 0, 'hex')
      record.set(bytes.subarray(from, from + this.dimension * 4), keyBytes)
      record.writeUInt32LE(crc32(record.subarray(0, -checkBytes)), recordBytes - checkBytes)
    })
    writeSync(file, records)
    writeSync(keys, Buffer.from(sha256.join(''), 'hex'))
    const position = this.written
    this.written += records.length
    return { segment: path, position }
  }

  close(): void {
    if (this.segment !== null) {
      closeSync(this.segment.file)
      closeSync(this.segment.keys)
    }
    this.segment = null
    this.written = 0
  }

  private startSegment() {
    mkdirSync(this.folder, { recursive: true })
    const path = join(this.folder, `${randomUUID()}.bin`)
    return { path, file: openSync(path, 'wx'), keys: openSync(keyFileOf(path), 'wx') }
  }
}

/**
 * Features of several taps, each in a cache of its own: whatever taps a run takes, those that
 * another run computed are found again.
 */
export class TapCaches {
  private readonly caches: readonly FeatureCache[]
  private readonly rowSize: number

  constructor(
    cacheFolder: string,
    private readonly taps: readonly CachedTap[],
  ) {
    this.caches = taps.map(({ id, dimension }) => new FeatureCache(cacheFolder, id, dimension))
    this.rowSize = sumOfDimensions(taps)
  }

  /**
   * Fills `target` [sha256.length, dimension of all taps] with what is known.
   * @returns for each image whether the features of all taps were found
   */
  read(sha256: readonly string[], target: Float32Array): Uint8Array {
    return finish(this.readSteps(sha256, target))
  }

  /** The same in steps, each of which yields the share that was found by then. */
  *readSteps(sha256: readonly string[], target: Float32Array): Steps<Uint8Array> {
    const found = new Uint8Array(sha256.length).fill(1)
    const places = this.places()
    for (const [i, { cache, place }] of places.entries()) {
      const reading = cache.readSteps(sha256, target, place)
      const isKnown = yield* partOf(reading, i / places.length, (i + 1) / places.length)
      for (let i = 0; i < found.length; i++) if (isKnown[i] === 0) found[i] = 0
    }
    for (let i = 0; i < found.length; i++) {
      if (found[i] === 0) target.fill(0, i * this.rowSize, (i + 1) * this.rowSize)
    }
    return found
  }

  /**
   * Appends the features of images, [sha256.length, dimension of all taps].
   * @returns for each tap where they lie now
   */
  append(sha256: readonly string[], features: Float32Array): (Appended | null)[] {
    return this.places().map(({ cache, place }) => cache.append(sha256, features, place))
  }

  close(): void {
    for (const cache of this.caches) cache.close()
  }

  /** Each tap's cache with its columns among those of all. */
  private places() {
    let column = 0
    return this.caches.map((cache, tap) => {
      const place = { rowSize: this.rowSize, column }
      column += this.taps[tap]!.dimension
      return { cache, place }
    })
  }
}

export interface CachedTap {
  /** Names network and tap. */
  readonly id: string
  readonly dimension: number
}

export const sumOfDimensions = (taps: readonly CachedTap[]): number =>
  taps.reduce((sum, { dimension }) => sum + dimension, 0)
