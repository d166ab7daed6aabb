import { createRandom } from '../../core/math/random'
import { simdProduct } from '../../core/math/simdProduct'
import { measurePrediction } from '../../core/prediction/measurePrediction'
import { usualFalseAccept } from '../../shared/model/prediction'
import { meansOf } from '../../core/prediction/predict'
import type { Steps } from '../../core/steps'
import type { StoredPrediction } from './predictionFiles'

/** The same with the mean of each label instead of its images, measured anew. */
export function* compactPrediction(stored: StoredPrediction): Steps<StoredPrediction> {
  if (stored.kind === 'means') return stored
  const measured = yield* measurePrediction(
    { ...stored, embeddings: stored.unit, heldOut: stored.report.heldOut },
    {
      k: 1,
      rules: ['classMean'],
      falseAccept: usualFalseAccept,
      product: simdProduct,
      random: createRandom('prediction'),
    },
  )
  const means = meansOf(stored)
  const rows = means.labels.length
  return {
    ...{ ...stored, ...means, ...measured, kind: 'means', paths: [] },
    groups: Uint32Array.from(means.labels.keys()),
    isHeldOut: new Uint8Array(rows),
    contents: new Uint32Array(rows * 4),
  }
}
