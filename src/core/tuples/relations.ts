import type { MinedTuples } from './tuples'

/** For each row a list of columns: those of row i are `columns[start[i] .. start[i + 1] - 1]`. */
export interface RowLists {
  readonly start: Uint32Array
  readonly columns: Uint32Array
}

/** Which pairs (anchor, reference) count as positives and which as negatives. */
export interface Relations {
  readonly positives: RowLists
  readonly negatives: RowLists
}

/**
 * All pairs of a batch with its references.
 * @param self for each anchor its own position among the references, -1 where it has none: an
 *   image is neither its own positive nor its own negative
 */
export function relationsOfLabels(
  labels: Int32Array,
  referenceLabels: Int32Array,
  self: Int32Array,
): Relations {
  const rows = labels.length
  const columns = referenceLabels.length
  const positiveStart = new Uint32Array(rows + 1)
  const negativeStart = new Uint32Array(rows + 1)
  for (let i = 0; i < rows; i++) {
    let same = 0
    for (let j = 0; j < columns; j++) if (referenceLabels[j] === labels[i]) same++
    const own = self[i]!
    const hasSelf = own >= 0 && referenceLabels[own] === labels[i] ? 1 : 0
    positiveStart[i + 1] = positiveStart[i]! + same - hasSelf
    negativeStart[i + 1] = negativeStart[i]! + columns - same
  }
  const positive = new Uint32Array(positiveStart[rows]!)
  const negative = new Uint32Array(negativeStart[rows]!)
  let p = 0
  let n = 0
  for (let i = 0; i < rows; i++) {
    const label = labels[i]
    const own = self[i]
    for (let j = 0; j < columns; j++) {
      if (referenceLabels[j] !== label) negative[n++] = j
      else if (j !== own) positive[p++] = j
    }
  }
  return {
    positives: { start: positiveStart, columns: positive },
    negatives: { start: negativeStart, columns: negative },
  }
}

/**
 * The distinct pairs of mined tuples, in row order.
 * @param rows anchors, @param columns references
 */
export function relationsOfTuples(tuples: MinedTuples, rows: number, columns: number): Relations {
  const isPairs = tuples.kind === 'pairs'
  return {
    positives: distinctRows(
      isPairs ? tuples.positiveAnchor : tuples.anchor,
      tuples.positive,
      rows,
      columns,
    ),
    negatives: distinctRows(
      isPairs ? tuples.negativeAnchor : tuples.anchor,
      tuples.negative,
      rows,
      columns,
    ),
  }
}

function distinctRows(
  anchor: Uint32Array,
  other: Uint32Array,
  rows: number,
  columns: number,
): RowLists {
  const mask = new Uint8Array(rows * columns)
  for (let k = 0; k < anchor.length; k++) mask[anchor[k]! * columns + other[k]!] = 1
  const start = new Uint32Array(rows + 1)
  const list = new Uint32Array(anchor.length)
  let count = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) if (mask[i * columns + j] === 1) list[count++] = j
    start[i + 1] = count
  }
  return { start, columns: list.slice(0, count) }
}
