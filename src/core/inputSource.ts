import { createMatrix, type Matrix } from './math/matrix'
import type { Random } from './math/random'
import { finish, type Steps } from './steps'

/** Inputs by row: frozen features, or pixels. */
export interface InputSource {
  readonly rows: number
  /** Numbers in a row. */
  readonly rowSize: number
  /** Versions of rows as augmentation has made them, to be read like rows; absent: none. */
  readonly copies?: RowCopies
  /**
   * Writes the named rows one after another into `target`.
   * @param augmentation where given, rows are varied at random, as for training: those with copies
   *   by one of these, or as they are
   */
  read(rows: ArrayLike<number>, target: Float32Array, augmentation: Random | null): void
}

/**
 * Copies lie behind all rows, whole versions one after another: version v (from 0) of the p-th of
 * these rows is row `rows + v * of.length + p`.
 */
export interface RowCopies {
  /** Rows that have copies, rising. */
  readonly of: Uint32Array
  /** Versions of each. */
  readonly each: number
}

/**
 * Rows that are in memory as they are: features.
 * @param data rows, and behind them their copies
 */
export function featureSource(
  data: Float32Array,
  rowSize: number,
  copies?: RowCopies,
): InputSource {
  const source = {
    rows: data.length / rowSize - countCopies(copies),
    rowSize,
    read(rows: ArrayLike<number>, target: Float32Array) {
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i]! * rowSize
        target.set(data.subarray(from, from + rowSize), i * rowSize)
      }
    },
  }
  return copies === undefined ? source : varying({ ...source, copies })
}

/**
 * A source with copies of some of its rows.
 * @param versions of these rows, in their order: a source for each version
 */
export function sourceWithCopies(
  plain: InputSource,
  of: Uint32Array,
  versions: readonly InputSource[],
): InputSource {
  const { rows, rowSize } = plain
  return varying({
    rows,
    rowSize,
    copies: { of, each: versions.length },
    read(wanted, target) {
      // What follows each other is read at once: it may lie so in a file.
      let from = 0
      while (from < wanted.length) {
        const part = partOfRow(wanted[from]!)
        let to = from + 1
        while (to < wanted.length && partOfRow(wanted[to]!) === part) to++
        const first = part < 0 ? 0 : rows + part * of.length
        const own = Uint32Array.from({ length: to - from }, (_, i) => wanted[from + i]! - first)
        const source = part < 0 ? plain : versions[part]!
        source.read(own, target.subarray(from * rowSize, to * rowSize), null)
        from = to
      }
    },
  })

  function partOfRow(row: number): number {
    return row < rows ? -1 : Math.floor((row - rows) / of.length)
  }
}

/** Reads one of the versions of each row, its plain one among them, where rows are to be varied. */
function varying(source: InputSource & { readonly copies: RowCopies }): InputSource {
  const { copies, rows } = source
  const placeOf = new Int32Array(rows).fill(-1)
  copies.of.forEach((row, place) => (placeOf[row] = place))
  return {
    ...source,
    read(wanted, target, augmentation) {
      if (augmentation === null) {
        source.read(wanted, target, null)
        return
      }
      const drawn = Uint32Array.from(wanted, (row) => {
        const version = augmentation.integer(copies.each + 1) - 1
        const place = placeOf[row] ?? -1
        return version < 0 || place < 0 ? row : rows + version * copies.of.length + place
      })
      source.read(drawn, target, null)
    },
  }
}

/** How many rows lie behind the plain ones. */
export const countCopies = (copies: RowCopies | undefined): number =>
  copies === undefined ? 0 : copies.of.length * copies.each

/** These rows and behind them their copies, whole versions one after another. */
export function rowsWithCopies({ rows, copies }: InputSource, of: Uint32Array): Uint32Array {
  if (copies === undefined) return of
  const placeOf = new Map(Array.from(copies.of, (row, place) => [row, place]))
  const result = new Uint32Array(of.length * (1 + copies.each))
  result.set(of)
  for (let version = 0; version < copies.each; version++) {
    const first = rows + version * copies.of.length
    of.forEach((row, i) => {
      const place = placeOf.get(row)
      if (place === undefined) throw new Error(`Row ${row} has no copies`)
      result[of.length * (1 + version) + i] = first + place
    })
  }
  return result
}

/** The same rows without their copies. */
export function withoutCopies(source: InputSource): InputSource {
  if (source.copies === undefined) return source
  const { rows, rowSize } = source
  return { rows, rowSize, read: (wanted, target) => source.read(wanted, target, null) }
}

/**
 * A source of `count` rows of which only those at `rows` are there, one after another in a matrix;
 * others must not be read.
 */
export function someRows({ data, columns }: Matrix, rows: Uint32Array, count: number): InputSource {
  const placeOf = new Int32Array(count).fill(-1)
  rows.forEach((row, place) => {
    placeOf[row] = place
  })
  return {
    rows: count,
    rowSize: columns,
    read(wanted, target) {
      for (let i = 0; i < wanted.length; i++) {
        const from = placeOf[wanted[i]!]! * columns
        if (from < 0) throw new Error(`Row ${wanted[i]} is not there`)
        target.set(data.subarray(from, from + columns), i * columns)
      }
    },
  }
}

/** Some of the numbers in each row, those of `parts` one after another: features of some layers. */
export function columnsOfSource(
  source: InputSource,
  parts: readonly { readonly from: number; readonly to: number }[],
): InputSource {
  const { rows, rowSize } = source
  const size = parts.reduce((sum, { from, to }) => sum + to - from, 0)
  return {
    rows,
    rowSize: size,
    read(wanted, target, augmentation) {
      const row = new Float32Array(rowSize)
      for (let i = 0; i < wanted.length; i++) {
        source.read([wanted[i]!], row, augmentation)
        let at = i * size
        for (const { from, to } of parts) {
          target.set(row.subarray(from, to), at)
          at += to - from
        }
      }
    },
  }
}

/** Rows of a source as a matrix, as they are. */
export const gather = (source: InputSource, rows: Uint32Array): Matrix =>
  finish(gatherSteps(source, rows))

/** Numbers that are read before others may run. */
const numbersAStep = 2 ** 20

/** The same in steps. */
export function* gatherSteps(source: InputSource, rows: Uint32Array): Steps<Matrix> {
  const { rowSize } = source
  const result = createMatrix(rows.length, rowSize)
  const rowsAStep = Math.max(1, Math.floor(numbersAStep / Math.max(1, rowSize)))
  for (let from = 0; from < rows.length; from += rowsAStep) {
    const to = Math.min(rows.length, from + rowsAStep)
    const target = result.data.subarray(from * rowSize, to * rowSize)
    source.read(rows.subarray(from, to), target, null)
    yield to / rows.length
  }
  return result
}
