import { UMAP } from 'umap-js'
import type { Random } from '../math/random'
import type { Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'

/** Neighbours a point is held to, itself counted, as the authors count. */
export const umapNeighbours = 15
/** Below this there is no neighbourhood to keep: the start is the result. */
const fewestPoints = 4
/**
 * Half the width of the plane that the layout starts in: the authors' 10 for many points, less for
 * few, which would otherwise stay as dots far apart.
 */
const startExtentOf = (rows: number): number => Math.min(10, Math.max(2, Math.sqrt(rows) / 5))
/** Least distance that near points are drawn to; few points have room to be told apart. */
const leastDistanceOf = (rows: number): number => (rows <= 2000 ? 0.35 : 0.1)

export interface UmapOptions {
  /** Exact or approximate neighbours by cosine, at least `umapNeighbours - 1` where there are so many. */
  readonly graph: NeighbourGraph
  /** Where the points start, [rows, 2], usually their principal plane. */
  readonly start: Float32Array
  readonly random: Random
  /** Rounds over all edges; decided from the number of points where absent. */
  readonly epochs?: number
}

/**
 * A layout of points in a plane in which near neighbours stay near (UMAP: McInnes, Healy, Melville
 * 2018), by umap-js on a graph that is given. The distance is the chord between rows of length 1.
 * Returns [rows, 2] in the layout's own units.
 */
export function* umapPlane(options: UmapOptions): Steps<Float32Array> {
  const { graph, start, random } = options
  const { rows } = graph
  if (rows < fewestPoints || graph.count === 0) return start.slice()
  const neighbours = Math.min(umapNeighbours, graph.count + 1, rows - 1)
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: neighbours,
    nEpochs: options.epochs ?? defaultEpochs(rows),
    minDist: leastDistanceOf(rows),
    random: () => random.next(),
  })
  const { indices, distances } = neighbourLists(graph, neighbours)
  umap.setPrecomputedKNN(indices, distances)
  // The rows themselves are not looked at where the neighbours are given; only their number is.
  const epochs = umap.initializeFit(indices)
  const points = umap.getEmbedding()
  placeAtStart(points, start, random)
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step()
    yield (epoch + 1) / epochs
  }
  const result = new Float32Array(rows * 2)
  points.forEach((point, i) => result.set(point, 2 * i))
  return result
}

const defaultEpochs = (rows: number): number => (rows <= 5000 ? 300 : 200)

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

/** Moves the library's points to the start, scaled to its plane; copies are set a little apart. */
function placeAtStart(points: number[][], start: Float32Array, random: Random): void {
  let largest = 0
  for (const value of start) largest = Math.max(largest, Math.abs(value))
  const factor = largest > 0 ? startExtentOf(points.length) / largest : 0
  points.forEach((point, i) => {
    point[0] = start[2 * i]! * factor + random.normal(0, 1e-3)
    point[1] = start[2 * i + 1]! * factor + random.normal(0, 1e-3)
  })
}
