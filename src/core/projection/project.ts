import type { Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import { simdProduct } from '../math/simdProduct'
import { exactNeighbours } from './exactNeighbours'
import { neighbourDescent } from './neighbourDescent'
import type { Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'
import { standardizePlane } from './plane'
import { principalPlaneSteps } from './principalPlane'
import { normalizedRows } from './rows'
import { umapNeighbours, umapPlane } from './umap'

/** Above this many rows the neighbours of the layout are approximate. */
export const exactNeighbourLimit = 8000

/**
 * A map in parts, so that the first can be shown while the next is worked on. Planes are [rows, 2],
 * centred and of one scale (`standardizePlane`); the same embeddings and seed give the same numbers.
 */
export interface Projection {
  principal(): Steps<Float32Array>
  neighbours(): Steps<NeighbourGraph>
  layout(graph: NeighbourGraph, start: Float32Array): Steps<Float32Array>
}

/** Maps embeddings by direction: rows are brought to length 1 before anything else. */
export function createProjection(embeddings: Matrix, random: Random): Projection {
  const normalized = normalizedRows(embeddings)
  const count = umapNeighbours - 1
  return {
    *principal() {
      return standardizePlane(yield* principalPlaneSteps(normalized, random.fork('pca')))
    },
    neighbours: () =>
      normalized.rows <= exactNeighbourLimit
        ? exactNeighbours(normalized, count, simdProduct)
        : neighbourDescent(normalized, count, random.fork('neighbours')),
    *layout(graph, start) {
      return standardizePlane(yield* umapPlane({ graph, start, random: random.fork('umap') }))
    },
  }
}

/** First neighbour of each row of a graph; a row without any stands for itself. */
export function nearestOf(graph: NeighbourGraph): Uint32Array {
  return Uint32Array.from({ length: graph.rows }, (_, i) =>
    graph.count === 0 ? i : graph.indices[i * graph.count]!,
  )
}
