import type { Random } from '../math/random'
import { chooseProbe } from '../evaluation/measureRetrieval'
import { type InputSource, rowsWithCopies } from '../inputSource'

/** Rows of the inputs with the class of each. */
export interface LabelledRows {
  readonly rows: Uint32Array
  readonly labels: Int32Array
  /**
   * What each class is known by whatever its number is (`TrainJob.labelKeys`); draws of classes go
   * by it. Absent where nothing is drawn from these rows.
   */
  readonly keys?: readonly string[]
}

/** The rows that are wanted, with their classes. */
export function pickRows(
  labels: Int32Array,
  isWanted: (row: number) => boolean,
  keys?: readonly string[],
): LabelledRows {
  const rows: number[] = []
  labels.forEach((label, row) => {
    if (label >= 0 && isWanted(row)) rows.push(row)
  })
  return {
    rows: Uint32Array.from(rows),
    labels: Int32Array.from(rows, (row) => labels[row]!),
    ...(keys === undefined ? {} : { keys }),
  }
}

/** Some of the rows by their places among them, as they are numbered there. */
export const rowsAt = ({ rows, labels }: LabelledRows, places: Iterable<number>): LabelledRows => {
  const chosen = [...places]
  return {
    rows: Uint32Array.from(chosen, (place) => rows[place]!),
    labels: Int32Array.from(chosen, (place) => labels[place]!),
  }
}

/** The rows and behind them the copies that the source has of them, each with the class of its row. */
export function withCopies(source: InputSource, { rows, labels }: LabelledRows): LabelledRows {
  const all = rowsWithCopies(source, rows)
  return { rows: all, labels: Int32Array.from(all, (_, i) => labels[i % labels.length]!) }
}

/** At most a few thousand of the rows, whole classes, for measuring while training runs. */
export function probeOf(all: LabelledRows, random: Random): LabelledRows {
  return rowsAt(all, chooseProbe(all.labels, random))
}

/** Numbers the classes of the rows from 0 without gaps; keys go with their classes. */
export function renumber({ rows, labels, keys }: LabelledRows): LabelledRows {
  const numbers = new Map<number, number>()
  const renumbered = Int32Array.from(labels, (label) => {
    const known = numbers.get(label) ?? numbers.size
    numbers.set(label, known)
    return known
  })
  return {
    rows,
    labels: renumbered,
    ...(keys === undefined ? {} : { keys: Array.from(numbers.keys(), (label) => keys[label]!) }),
  }
}
