import { closeSync, readSync } from 'node:fs'
import type { Steps } from '../../core/steps'
import type { InputSource } from '../../core/inputSource'
import { AppError } from '../../shared/errors'
import { openRegularSync } from '../files/regularFile'
import {
  type Appended,
  type CachedTap,
  isWholeRecord,
  keyBytes,
  placesOf,
  recordSizeOf,
  segmentsIn,
  sumOfDimensions,
  tapFolder,
  visitRecords,
} from './featureCache'

/** At most so much is read from a file at a time. */
const readBytes = 2 ** 23
const unknown = -1

/** Features of one tap: where each row's record lies. */
interface TapPlaces {
  readonly dimension: number
  readonly recordBytes: number
  /** By row: a place in `files`, or -1. */
  readonly file: Int32Array
  readonly position: Float64Array
}

/**
 * Features of images that stay in the files of the cache and are read row by row when they are
 * asked for, so that memory does not grow with them; the numbers are the same as in memory. Rows
 * that follow each other in a file are read together. What the cache could not take is kept in
 * memory.
 */
export class FeatureRows implements InputSource {
  readonly rowSize: number
  private readonly taps: readonly TapPlaces[]
  private readonly files: number[] = []
  private readonly fileOfSegment = new Map<string, number>()
  private readonly kept = new Map<number, Float32Array>()
  private block = Buffer.alloc(0)

  /** @param rows how many images there are; none is known yet */
  constructor(
    readonly rows: number,
    taps: readonly CachedTap[],
  ) {
    this.rowSize = sumOfDimensions(taps)
    this.taps = taps.map(({ dimension }) => ({
      dimension,
      recordBytes: recordSizeOf(dimension),
      file: new Int32Array(rows).fill(unknown),
      position: new Float64Array(rows),
    }))
  }

  /**
   * Finds the records of the images in the cache, in steps; each is checked once, here. A step
   * yields the share that was found by then.
   * @returns for each image whether the features of all taps were found
   */
  *findIn(
    cacheFolder: string,
    taps: readonly CachedTap[],
    sha256: readonly string[],
  ): Steps<Uint8Array> {
    const places = placesOf(sha256)
    let found = 0
    for (const [t, tap] of taps.entries()) {
      const { file, position, recordBytes } = this.taps[t]!
      for (const segment of segmentsIn(tapFolder(cacheFolder, tap))) {
        let index: number | null = null
        const visiting = visitRecords(segment, recordBytes, (key, record, at) => {
          const rows = places.get(key)
          if (rows === undefined || file[rows[0]!] !== unknown || !isWholeRecord(record)) return
          index ??= this.openFile(segment)
          for (const row of rows) {
            file[row] = index
            position[row] = at
            found++
          }
        })
        for (const _ of visiting) yield found / (taps.length * this.rows)
      }
    }
    return Uint8Array.from({ length: this.rows }, (_, row) =>
      this.taps.every(({ file }) => file[row] !== unknown) ? 1 : 0,
    )
  }

  /** Rows whose features were appended to the cache, one after another, by tap. */
  place(rows: readonly number[], appended: readonly (Appended | null)[]): void {
    this.taps.forEach(({ file, position, recordBytes }, t) => {
      const { segment, position: start } = appended[t]!
      const index = this.openFile(segment)
      rows.forEach((row, i) => {
        file[row] = index
        position[row] = start + i * recordBytes
      })
    })
  }

  /** @param features [rowSize] */
  keep(row: number, features: Float32Array): void {
    this.kept.set(row, features)
  }

  /** Lets `row` read what `twin` does. */
  copy(row: number, twin: number): void {
    const kept = this.kept.get(twin)
    if (kept !== undefined) this.kept.set(row, kept)
    for (const { file, position } of this.taps) {
      file[row] = file[twin]!
      position[row] = position[twin]!
    }
  }

  read(rows: ArrayLike<number>, target: Float32Array): void {
    let column = 0
    for (const tap of this.taps) {
      this.readTap(tap, rows, target, column)
      column += tap.dimension
    }
    if (this.kept.size === 0) return
    for (let i = 0; i < rows.length; i++) {
      const kept = this.kept.get(rows[i]!)
      if (kept !== undefined) target.set(kept, i * this.rowSize)
    }
  }

  close(): void {
    for (const file of this.files) closeSync(file)
    this.files.length = 0
    this.fileOfSegment.clear()
  }

  private readTap(
    { dimension, recordBytes, file, position }: TapPlaces,
    rows: ArrayLike<number>,
    target: Float32Array,
    column: number,
  ): void {
    const mostRecords = Math.max(1, Math.floor(readBytes / recordBytes))
    for (let i = 0; i < rows.length;) {
      const first = rows[i]!
      const index = file[first]!
      let count = 1
      while (
        count < mostRecords &&
        i + count < rows.length &&
        file[rows[i + count]!] === index &&
        position[rows[i + count]!] === position[first]! + count * recordBytes
      ) {
        count++
      }
      if (index === unknown) count = 1
      else {
        const numbers = this.readRecords(index, position[first]!, count * recordBytes)
        for (let k = 0; k < count; k++) {
          const from = (k * recordBytes + keyBytes) / 4
          const to = (i + k) * this.rowSize + column
          target.set(numbers.subarray(from, from + dimension), to)
        }
      }
      i += count
    }
  }

  private readRecords(index: number, position: number, bytes: number): Float32Array {
    if (this.block.length < bytes) this.block = Buffer.alloc(bytes)
    const file = this.files[index]
    if (file === undefined) throw new Error('These features were let go')
    let done = 0
    while (done < bytes) {
      const length = readSync(file, this.block, done, bytes - done, position + done)
      if (length === 0) {
        throw new AppError(
          'trainingFailed',
          'The cached features were changed while they were in use. Train again; what is missing is computed anew.',
        )
      }
      done += length
    }
    return new Float32Array(this.block.buffer, this.block.byteOffset, bytes / 4)
  }

  private openFile(segment: string): number {
    const known = this.fileOfSegment.get(segment)
    if (known !== undefined) return known
    const index = this.files.push(openRegularSync(segment).descriptor) - 1
    this.fileOfSegment.set(segment, index)
    return index
  }
}
