import { distances } from '../../core/distances'
import { gatherRows, type Matrix } from '../../core/math/matrix'
import type { Steps } from '../../core/steps'
import type { TripletLedger } from '../../core/loop/ledger'
import type { TripletColumns } from './messages'

/**
 * The worst triplets of a ledger by image id.
 * @param ids id of each row
 */
export function tripletColumns(
  ledger: TripletLedger,
  ids: Uint32Array,
  limit?: number,
): TripletColumns {
  const worst = ledger.worst(limit)
  const id = (row: number) => ids[row]!
  return {
    anchor: Uint32Array.from(worst, (t) => id(t.anchor)),
    positive: Uint32Array.from(worst, (t) => id(t.positive)),
    negative: Uint32Array.from(worst, (t) => id(t.negative)),
    epoch: Uint32Array.from(worst, (t) => t.epoch),
    step: Uint32Array.from(worst, (t) => t.step),
    timesMined: Uint32Array.from(worst, (t) => t.timesMined),
    positiveDistance: Float32Array.from(worst, (t) => t.positiveDistance),
    negativeDistance: Float32Array.from(worst, (t) => t.negativeDistance),
    loss: Float32Array.from(worst, (t) => t.loss),
    savedPositiveDistance: null,
    savedNegativeDistance: null,
    mining: null,
  }
}

/** Triplets before others may run. */
const tripletsAStep = 256

/**
 * All of a ledger, with the distances that the saved embeddings give.
 * @param rowOf for each row of the ledger its row in `embeddings`
 */
export function* savedTriplets(
  ledger: TripletLedger,
  ids: Uint32Array,
  embeddings: Matrix,
  rowOf: ReadonlyMap<number, number>,
  distanceName: string,
): Steps<TripletColumns> {
  const worst = ledger.worst()
  const distance = distances.get(distanceName)
  const embeddingOf = (row: number) => gatherRows(embeddings, Uint32Array.of(rowOf.get(row)!))
  const between = (one: number, other: number) => {
    const value = distance.forward(embeddingOf(one), embeddingOf(other)).values.data[0]!
    return distance.isSimilarity ? 1 - value : value
  }
  const savedPositiveDistance = new Float32Array(worst.length)
  const savedNegativeDistance = new Float32Array(worst.length)
  for (const [i, { anchor, positive, negative }] of worst.entries()) {
    savedPositiveDistance[i] = between(anchor, positive)
    savedNegativeDistance[i] = between(anchor, negative)
    if (i % tripletsAStep === tripletsAStep - 1) yield i / worst.length
  }
  return { ...tripletColumns(ledger, ids), savedPositiveDistance, savedNegativeDistance }
}
