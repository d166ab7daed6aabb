import { evaluateRetrieval } from '../../../src/core/evaluation/retrieval'
import { gatherRows, type Matrix } from '../../../src/core/math/matrix'
import type { MatrixProduct } from '../../../src/core/math/product'
import { createRandom } from '../../../src/core/math/random'
import { fitDiscriminant } from '../../../src/core/starts/discriminantStart'
import { applyPreparation } from '../../../src/core/starts/preparation'
import type { Part } from './part'
import { whitenedRows } from './whitenedLikeness'

export const forms = ['features', 'whitening', 'analysis'] as const
export type Form = (typeof forms)[number]

export interface Found {
  readonly mapAtR: number
  readonly precisionAt1: number
}

/** How well a form that is fitted on training rows finds the like of test rows. */
export function measureForm(
  form: Form,
  features: Matrix,
  labels: Int32Array,
  { train, test }: Part,
  product: MatrixProduct,
): Found {
  const tested = gatherRows(features, test)
  const embedded = form === 'features' ? tested : form === 'analysis' ? analysed() : whitened()
  function whitened(): Matrix {
    const inner = product.multiplyTransposed(features, features)
    return whitenedRows(inner, features.columns, labels, { train, test })
  }
  function analysed(): Matrix {
    const rows = gatherRows(features, train)
    const trainLabels = Int32Array.from(train, (row) => labels[row]!)
    const { columns } = features
    const preparation = fitDiscriminant({
      read: (from, to) => ({
        rows: to - from,
        columns,
        data: rows.data.slice(from * columns, to * columns),
      }),
      dimension: columns,
      labels: trainLabels,
      size: Math.min(columns, new Set(trainLabels).size - 1),
      ...{ form: 'analysis', random: createRandom(1), product },
    })
    return applyPreparation(preparation, tested, product)
  }
  const testLabels = Int32Array.from(test, (row) => labels[row]!)
  const { mapAtR, precisionAt1 } = evaluateRetrieval(embedded, testLabels, {
    distance: 'cosine',
    product,
  })
  return { mapAtR: mapAtR ?? NaN, precisionAt1: precisionAt1 ?? NaN }
}
