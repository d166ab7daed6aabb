import { createRegistry } from '../registry/registry'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { adjustedMutualInformation, normalizedMutualInformation } from './clusterAgreement'
import {
  averageOverClasses,
  averagePerClass,
  evaluateRetrieval,
  meanOf,
  retrievalMetrics,
  type QueryScores,
} from './retrieval'
import { silhouette } from './silhouette'

interface MetricInput {
  /** [n, d] */
  readonly embeddings: Matrix
  /** [n] */
  readonly labels: ArrayLike<number>
  readonly distance?: string
  readonly normalized?: boolean
  readonly product?: MatrixProduct
  /** micro: mean over queries; macro: mean over classes of theirs; perClass: by label. */
  readonly average?: 'micro' | 'macro' | 'perClass'
  /** recallAtK only. */
  readonly k?: number
  /** nmi and ami only: the cluster of each image. */
  readonly clusters?: ArrayLike<number>
}

/** A number that says how good an embedding is, by name. */
export interface Metric {
  readonly name: string
  /** Null where there is nothing to measure: no queries, less than two classes. */
  evaluate(input: MetricInput): number | null | Readonly<Record<string, number>>
}

const retrieval: readonly Metric[] = retrievalMetrics.map((name) => ({
  name,
  evaluate: (input) => average(input, (perQuery) => perQuery[name]),
}))

const recallAtK: Metric = {
  name: 'recallAtK',
  evaluate: (input) => average(input, (perQuery) => perQuery.recallAtK[input.k ?? 1]!),
}

const agreement = (
  name: string,
  compare: (labels: ArrayLike<number>, clusters: ArrayLike<number>) => number,
): Metric => ({
  name,
  evaluate({ labels, clusters }) {
    if (clusters === undefined) throw new Error(`The metric ${name} needs clusters`)
    return compare(labels, clusters)
  },
})

/** Every metric, by name. */
export const metrics = createRegistry<Metric>('metric', [
  ...retrieval,
  recallAtK,
  agreement('nmi', normalizedMutualInformation),
  agreement('ami', adjustedMutualInformation),
  {
    name: 'silhouette',
    evaluate: ({ embeddings, labels, ...options }) => silhouette(embeddings, labels, options),
  },
])

function average(input: MetricInput, scoresOf: (perQuery: QueryScores) => Float64Array) {
  const { perQuery } = evaluateRetrieval(input.embeddings, input.labels, {
    distance: input.distance,
    normalized: input.normalized,
    product: input.product,
    recallAt: [input.k ?? 1],
  })
  const scores = scoresOf(perQuery)
  switch (input.average ?? 'micro') {
    case 'micro':
      return meanOf(scores)
    case 'macro':
      return averageOverClasses(perQuery, scores)
    case 'perClass':
      return Object.fromEntries(averagePerClass(perQuery, scores))
  }
}
