import { UMAP } from 'umap-js'
import type { Random } from '../math/random'
import type { Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'

/**
 * Least distance that near points are drawn to: few points, as come here, have room to be told
 * apart.
 */
const leastDistance = 0.35

/**
 * The layout of UMAP by umap-js on neighbours that are given.
 * @param begin [rows, 2] where the points start
 * @returns [rows, 2]
 */
export function* layoutByLibrary(
  graph: NeighbourGraph,
  begin: Float64Array,
  settings: { readonly neighbours: number; readonly epochs: number; readonly random: Random },
): Steps<Float32Array> {
  const { neighbours, random } = settings
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: neighbours,
    nEpochs: settings.epochs,
    minDist: leastDistance,
    random: () => random.next(),
  })
  const { indices, distances } = neighbourLists(graph, neighbours)
  umap.setPrecomputedKNN(indices, distances)
  // The rows themselves are not looked at where the neighbours are given; only their number is.
  const epochs = umap.initializeFit(indices)
  const points = umap.getEmbedding()
  points.forEach((point, i) => {
    point[0] = begin[2 * i]!
    point[1] = begin[2 * i + 1]!
  })
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step()
    yield (epoch + 1) / epochs
  }
  const result = new Float32Array(graph.rows * 2)
  points.forEach((point, i) => result.set(point, 2 * i))
  return result
}

/** The form umap-js takes: lists that begin with the point itself at distance 0. */
function neighbourLists(
  graph: NeighbourGraph,
  neighbours: number,
): { indices: number[][]; distances: number[][] } {
  const indices: number[][] = []
  const distances: number[][] = []
  for (let i = 0; i < graph.rows; i++) {
    const row = [i]
    const away = [0]
    for (let n = 0; n < neighbours - 1; n++) {
      row.push(graph.indices[i * graph.count + n]!)
      const similarity = graph.similarities[i * graph.count + n]!
      // Never 0: a point whose neighbours are all copies of it would make the library take a mean
      // over all points, once for each such point.
      away.push(Math.sqrt(Math.max(1e-12, 2 - 2 * similarity)))
    }
    indices.push(row)
    distances.push(away)
  }
  return { indices, distances }
}
