import { gatherRows, type Matrix } from '../../core/math/matrix'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import type { MatrixProduct } from '../../core/math/product'
import type { Random } from '../../core/math/random'
import {
  measurePrediction,
  predictionNeighbours,
  type PredictionSet,
} from '../../core/prediction/measurePrediction'
import { splitPart } from '../../core/evaluation/splitParts'
import type { Interruption } from '../../core/interruption'
import type { Steps } from '../../core/steps'
import { type HeldOutKind, usualFalseAccept } from '../../shared/model/prediction'
import type { TrainingOptions } from '../../shared/model/training'
import { contentOf, type StoredPrediction } from '../runs/predictionFiles'
import type { TrainJob } from './messages'

export interface SavedPredictionInput {
  readonly job: Pick<
    TrainJob,
    'images' | 'labels' | 'labelNames' | 'paths' | 'groups' | 'split' | 'options'
  >
  /** As they are saved. */
  readonly embeddings: Matrix
  /** Row of the job of each row of the embeddings, ascending. */
  readonly rows: Uint32Array
  readonly interruption: Interruption
  readonly product: MatrixProduct
  readonly random: Random
}

/**
 * What the saved model predicts with: all labelled images, and how well they do on those that
 * training never saw. Null where no image has a label.
 */
export function* savedPrediction({
  job,
  embeddings,
  rows,
  interruption,
  product,
  random,
}: SavedPredictionInput): Steps<StoredPrediction | null> {
  const places = Uint32Array.from(rows.keys()).filter((place) => job.labels[rows[place]!]! >= 0)
  if (places.length === 0) return null
  const imageAt = (place: number): number => rows[place]!
  const unit = gatherRows(embeddings, places)
  normalizeInPlace(unit)
  const contents = new Uint32Array(places.length * 4)
  places.forEach((place, i) => contents.set(contentOf(job.images.sha256[imageAt(place)]!), i * 4))
  const set: PredictionSet = {
    embeddings: unit,
    labels: Int32Array.from(places, (place) => job.labels[imageAt(place)]!),
    groups: Uint32Array.from(places, (place) => job.groups[imageAt(place)]!),
    isHeldOut: Uint8Array.from(places, (place) =>
      job.options.split !== 'none' && job.split[imageAt(place)] === splitPart.test ? 1 : 0,
    ),
    heldOut: heldOutBy(job.options.split),
  }
  const measured = yield* measurePrediction(set, {
    k: predictionNeighbours,
    falseAccept: usualFalseAccept,
    product,
    random,
    isEnough: () => interruption.isCancelled,
  })
  return {
    kind: 'images',
    labelNames: job.labelNames,
    paths: Array.from(places, (place) => job.paths[imageAt(place)]!),
    ...{ unit, labels: set.labels, groups: set.groups, isHeldOut: set.isHeldOut, contents },
    ...measured,
  }
}

const heldOutBy = (split: TrainingOptions['split']): HeldOutKind =>
  (({ byClass: 'labels', byImage: 'images', none: 'nothing' }) as const)[split]
