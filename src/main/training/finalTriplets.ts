import type { Matrix } from '../../core/math/matrix'
import type { MatrixProduct } from '../../core/math/product'
import type { Random } from '../../core/math/random'
import type { Interruption } from '../../core/interruption'
import { partOf, type Steps } from '../../core/steps'
import type { TripletLedger } from '../../core/loop/ledger'
import { distanceMarginOf } from '../../core/objective/lossChoice'
import { mineFinal } from '../../core/review/mineFinal'
import type { TrainJob, TripletColumns } from './messages'
import { savedTriplets } from './tripletColumns'

export interface FinalTripletsInput {
  readonly job: Pick<TrainJob, 'images' | 'labels' | 'options'>
  /** As they are saved: of the model that is kept, whatever it is. */
  readonly embeddings: Matrix
  /** Row of the job of each row of the embeddings, ascending. */
  readonly rows: Uint32Array
  readonly ledger: TripletLedger
  /** Where the kept model stood; both 0 where training added nothing to its start. */
  readonly kept: { readonly epoch: number; readonly step: number }
  readonly interruption: Interruption
  readonly product: MatrixProduct
  readonly random: Random
}

/**
 * The triplets of a run that has ended: those that training mined, measured in the saved
 * embedding, and the hardest one of each image in that embedding, which were mined no times.
 */
export function* finalTriplets(input: FinalTripletsInput): Steps<TripletColumns> {
  const { job, embeddings, rows, ledger, kept, interruption } = input
  const { ids } = job.images
  const { distance, loss } = job.options
  const placeOf = new Map(Array.from(rows, (row, place) => [row, place]))
  const measuring = savedTriplets(ledger, ids, embeddings, placeOf, distance)
  const known = yield* partOf(measuring, 0, 0.05)
  const mining = mineFinal({
    embeddings,
    labels: Int32Array.from(rows, (row) => job.labels[row]!),
    distance,
    product: input.product,
    random: input.random,
    isEnough: () => interruption.isCancelled,
  })
  const mined = yield* partOf(mining, 0.05, 1)
  const idAt = (place: number) => ids[rows[place]!]!
  const keyOf = (anchor: number, positive: number, negative: number) =>
    `${anchor},${positive},${negative}`
  const isKnown = new Set(
    Array.from(known.anchor, (anchor, i) => keyOf(anchor, known.positive[i]!, known.negative[i]!)),
  )
  const added = [...mined.anchor.keys()].filter(
    (i) =>
      !isKnown.has(
        keyOf(idAt(mined.anchor[i]!), idAt(mined.positive[i]!), idAt(mined.negative[i]!)),
      ),
  )
  const margin = distanceMarginOf(loss) ?? 0
  const hinge = (i: number) =>
    Math.max(0, mined.positiveDistance[i]! - mined.negativeDistance[i]! + margin)
  const whole = (before: Uint32Array, value: (i: number) => number) =>
    Uint32Array.from([...before, ...added.map(value)])
  const real = (before: Float32Array, value: (i: number) => number) =>
    Float32Array.from([...before, ...added.map(value)])
  const { savedPositiveDistance, savedNegativeDistance } = known
  return {
    anchor: whole(known.anchor, (i) => idAt(mined.anchor[i]!)),
    positive: whole(known.positive, (i) => idAt(mined.positive[i]!)),
    negative: whole(known.negative, (i) => idAt(mined.negative[i]!)),
    epoch: whole(known.epoch, () => kept.epoch),
    step: whole(known.step, () => kept.step),
    timesMined: whole(known.timesMined, () => 0),
    positiveDistance: real(known.positiveDistance, (i) => mined.positiveDistance[i]!),
    negativeDistance: real(known.negativeDistance, (i) => mined.negativeDistance[i]!),
    loss: real(known.loss, hinge),
    savedPositiveDistance: real(savedPositiveDistance!, (i) => mined.positiveDistance[i]!),
    savedNegativeDistance: real(savedNegativeDistance!, (i) => mined.negativeDistance[i]!),
    mining: { anchors: mined.anchors, images: mined.images },
  }
}
