import { UMAP } from 'umap-js'
import { createRandom } from '../math/random'
import type { Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'

/**
 * The layout of UMAP by umap-js on neighbours that are given.
 * @param begin [rows, 2] where the points start
 * @returns [rows, 2]
 */
export function* layOutByLibrary(
  graph: NeighbourGraph,
  begin: Float32Array,
  settings: {
    readonly epochs: number
    readonly leastDistance: number
    readonly seed: number
    readonly rate: number
    readonly labelWeight: number
    readonly labels?: Uint32Array
  },
): Steps<Float32Array> {
  const random = createRandom(settings.seed).fork('umap')
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(graph.count + 1, graph.rows - 1),
    nEpochs: settings.epochs,
    minDist: settings.leastDistance,
    learningRate: settings.rate,
    random: () => random.next(),
  })
  const { indices, distances } = neighbourLists(graph)
  umap.setPrecomputedKNN(indices, distances)
  if (settings.labels !== undefined && settings.labelWeight > 0) {
    umap.setSupervisedProjection([...settings.labels], {
      targetWeight: Math.min(settings.labelWeight, 0.999),
    })
  }
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
function neighbourLists(graph: NeighbourGraph): { indices: number[][]; distances: number[][] } {
  const indices: number[][] = []
  const distances: number[][] = []
  const { count } = graph
  for (let i = 0; i < graph.rows; i++) {
    const start = i * count
    indices.push([i, ...graph.indices.subarray(start, start + count)])
    // Never 0: a point whose neighbours are all copies of it would make the library take a mean
    // over all points, once for each such point.
    const away = Array.from(graph.distances.subarray(start, start + count), (distance) =>
      Math.max(1e-6, distance),
    )
    distances.push([0, ...away])
  }
  return { indices, distances }
}
