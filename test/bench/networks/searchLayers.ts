import { evaluateRetrieval } from '../../../src/core/evaluation/retrieval'
import { createMatrix, type Matrix } from '../../../src/core/math/matrix'
import type { MatrixProduct } from '../../../src/core/math/product'
import type { Part } from './part'
import type { LayerFeatures, LayerOfNetwork } from './layerFeatures'
import { whitenedRows } from './whitenedLikeness'

/** A set with the features of its labels to search on, in folds by label. */
export interface SearchSet {
  readonly title: string
  readonly labels: Int32Array
  readonly features: LayerFeatures
  readonly folds: readonly Part[]
}

export interface Candidate {
  readonly layers: readonly LayerOfNetwork[]
  /** MAP@R by set. */
  readonly mapAtR: readonly number[]
  readonly mean: number
}

export const nameOf = ({ layers }: Pick<Candidate, 'layers'>): string =>
  layers.map(({ layer, isPlain }) => `${layer.name}${isPlain ? ' (no root)' : ''}`).join('+')

/** Measures sets of layers, each layer's inner products computed once. */
export class LayerMeter {
  private readonly known = new Map<string, Matrix>()

  constructor(
    private readonly sets: readonly SearchSet[],
    private readonly product: MatrixProduct,
  ) {}

  /** MAP@R by whitening on the folds of each set, and the mean over sets. */
  measure(layers: readonly LayerOfNetwork[]): Candidate {
    const dimension = layers.reduce((sum, { layer }) => sum + layer.dimension, 0)
    const mapAtR = this.sets.map((set) => {
      const parts = layers.map((layer) => this.innerOf(set, layer))
      const rows = parts[0]!.rows
      const inner = createMatrix(rows, rows)
      for (const { data } of parts) {
        for (let i = 0; i < data.length; i++) inner.data[i]! += data[i]!
      }
      const found = set.folds.map((fold) => {
        const embedded = whitenedRows(inner, dimension, set.labels, fold)
        const labels = Int32Array.from(fold.test, (row) => set.labels[row]!)
        return evaluateRetrieval(embedded, labels, { distance: 'cosine' }).mapAtR ?? NaN
      })
      return meanOf(found)
    })
    return { layers, mapAtR, mean: meanOf(mapAtR) }
  }

  private innerOf(set: SearchSet, one: LayerOfNetwork): Matrix {
    const name = `${set.title}/${one.extractor}/${one.layer.name}/${one.isPlain === true}`
    const known = this.known.get(name)
    if (known !== undefined) return known
    const features = set.features.of([one])
    const inner = this.product.multiplyTransposed(features, features)
    this.known.set(name, inner)
    return inner
  }
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** All sets of at most so many of the layers, in their order. */
export function* setsOf<Layer>(layers: readonly Layer[], most: number): Generator<Layer[]> {
  for (let length = 1; length <= most; length++) yield* ofLength(layers, length)
}

function* ofLength<Layer>(layers: readonly Layer[], length: number): Generator<Layer[]> {
  if (length === 0) {
    yield []
    return
  }
  for (let first = 0; first <= layers.length - length; first++) {
    for (const rest of ofLength(layers.slice(first + 1), length - 1)) {
      yield [layers[first]!, ...rest]
    }
  }
}
