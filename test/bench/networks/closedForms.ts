import { evaluateRetrieval } from '../../../src/core/evaluation/retrieval'
import { gatherRows, type Matrix } from '../../../src/core/math/matrix'
import type { MatrixProduct } from '../../../src/core/math/product'
import { createRandom } from '../../../src/core/math/random'
import { fitDiscriminant } from '../../../src/core/starts/discriminantStart'
import { applyPreparation } from '../../../src/core/starts/preparation'

export const forms = ['features', 'whitening', 'analysis'] as const
export type Form = (typeof forms)[number]

export interface Found {
  readonly mapAtR: number
  readonly precisionAt1: number
}

/** Rows of images to fit on, and others of other labels to measure on. */
export interface Part {
  readonly train: readonly number[]
  readonly test: readonly number[]
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
  const embedded = form === 'features' ? tested : fitted(form)
  function fitted(kind: Exclude<Form, 'features'>): Matrix {
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
      size: kind === 'analysis' ? Math.min(columns, new Set(trainLabels).size - 1) : columns,
      ...{ form: kind, random: createRandom(1), product },
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
