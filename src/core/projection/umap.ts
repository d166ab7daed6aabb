import type { Random } from '../math/random'
import type { Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'
import { layoutInArrays } from './umapArrays'
import { layoutByLibrary } from './umapLibrary'

/** Neighbours a point is held to, itself counted, as the authors count. */
export const umapNeighbours = 15
/** Below this there is no neighbourhood to keep: the start is the result. */
const fewestPoints = 4
/**
 * Beyond so many points umap-js, which keeps every edge as an object, begins for too long without a
 * step, 8 s for 20,000, and takes too much memory: 70,000 took the program to 4.2 GB, the same in
 * typed arrays to 1.5 GB.
 */
const mostLibraryPoints = 2000
/**
 * Half the width of the plane that the layout starts in: the authors' 10 for many points, less for
 * few, which would otherwise stay as dots far apart.
 */
const startExtentOf = (rows: number): number => Math.min(10, Math.max(2, Math.sqrt(rows) / 5))

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
 * 2018), on a graph that is given: by umap-js, and beyond `mostLibraryPoints` in typed arrays. The
 * distance is the chord between rows of length 1.
 * Returns [rows, 2] in the layout's own units.
 */
export function* umapPlane(options: UmapOptions): Steps<Float32Array> {
  const { graph, start, random } = options
  const { rows } = graph
  if (rows < fewestPoints || graph.count === 0) return start.slice()
  const neighbours = Math.min(umapNeighbours, graph.count + 1, rows - 1)
  const epochs = options.epochs ?? (rows <= 5000 ? 300 : 200)
  const layout = rows <= mostLibraryPoints ? layoutByLibrary : layoutInArrays
  return yield* layout(graph, placedAtStart(start, random), { neighbours, epochs, random })
}

/** The start scaled to the layout's plane, in float64; copies are set a little apart. */
function placedAtStart(start: Float32Array, random: Random): Float64Array {
  const largest = start.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const factor = largest > 0 ? startExtentOf(start.length / 2) / largest : 0
  return Float64Array.from(start, (value) => value * factor + random.normal(0, 1e-3))
}
