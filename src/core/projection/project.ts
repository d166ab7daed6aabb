import type { Matrix } from '../math/matrix'
import { createRandom } from '../math/random'
import type { Steps } from '../steps'
import { type Arena, type ArenaSize, openArena } from './arena'
import { hashOf } from './chance'
import { openLane } from './lane'
import { layOutArena } from './layout'
import { type MapMetric, preparations } from './metric'
import type { NeighbourGraph } from './neighbourGraph'
import { findNeighbours } from './neighbours'
import { standardizePlane } from './plane'
import { principalPlaneSteps } from './principalPlane'
import { loneWorkforce, type Workforce } from './tasks'
import { layOutByLibrary } from './umapLibrary'

/** What decides a map. */
export interface MapOptions {
  /** `fast`: our own, on all threads; `umap-js`: the reference, on one. */
  readonly method: 'fast' | 'umap-js'
  /** Neighbours a point is held to, itself counted, as the authors of UMAP count. */
  readonly neighbours: number
  /** Distance in the plane up to which neighbours are drawn to each other. */
  readonly leastDistance: number
  readonly metric: MapMetric
  readonly seed: number
  /** How much labels part the map: 0 not at all, 1 wholly. */
  readonly labelWeight: number
}

/** Below this there is no neighbourhood to keep: the start is the result. */
const fewestPoints = 4
/** Half the width of the plane that the layout starts in. */
const startExtentOf = (rows: number): number => Math.min(10, Math.max(2, Math.sqrt(rows) / 5))
/** So far copies are set apart at the start. */
const jitter = 1e-3
const fewRows = 10_000

/**
 * A map in parts, so that the first can be shown while the next is worked on. Planes are [rows, 2],
 * centred and of one scale (`standardizePlane`); the same embeddings and options give the same
 * numbers on any number of threads.
 */
export interface Projection {
  principal(): Steps<Float32Array>
  neighbours(): Steps<NeighbourGraph>
  layout(start: LayoutStart): Steps<Layout>
}

interface LayoutStart {
  /** Where the points start, [rows, 2], usually their principal plane or a map of before. */
  readonly plane: Float32Array
  /** Units of the layout for one of the plane; decided where absent. */
  readonly unit?: number
  /** Label of each row, 0 without; needed where `labelWeight` is greater than 0. */
  readonly labels?: Uint32Array
  /** Rounds over all edges; decided from the number of rows where absent. */
  readonly epochs?: number
  /** Learning rate at the beginning, 1 where absent; less keeps a map of before. */
  readonly rate?: number
  /** Told of the plane now and then while it changes: a view, not standardised. */
  readonly onPlaces?: (places: Float32Array) => void
}

interface Layout {
  readonly plane: Float32Array
  /** Units of the layout for one of the plane, as `LayoutStart` takes it. */
  readonly unit: number
}

/** A number in the embeddings that no map can be made of. */
export class NotFinite extends Error {
  constructor(readonly row: number) {
    super(`Embedding ${row + 1} holds a number that is not finite, so it has no place in a map.`)
  }
}

/**
 * @param createWorkforce threads over the arena; absent: the calling thread alone
 * @throws NotFinite, TooManyRows
 */
export function createProjection(
  embeddings: Matrix,
  options: MapOptions,
  threads: { readonly lanes: number; readonly workforce?: (arena: Arena) => Workforce } = {
    lanes: 1,
  },
): Projection {
  requireFinite(embeddings)
  const { rows, columns } = embeddings
  const { rows: prepare, measure, distance } = preparations[options.metric]
  const prepared = prepare(embeddings)
  const count = Math.max(0, Math.min(options.neighbours - 1, rows - 1))
  const seed = hashOf(options.seed, 0, 0)
  const size: ArenaSize = { rows, columns, count, measure, lanes: threads.lanes }
  const arena = openArena(size)
  const { stride, vectors } = arena
  for (let row = 0; row < rows; row++) {
    const from = row * columns
    vectors.set(prepared.data.subarray(from, from + columns), (row * stride) / 4)
  }
  const workforce = threads.workforce?.(arena) ?? loneWorkforce(openLane(arena, 0))
  const graphOf = (): NeighbourGraph => ({
    rows,
    count,
    indices: arena.near[0].slice(),
    distances: arena.away[0].slice(),
  })
  return {
    *principal() {
      const random = createRandom(options.seed).fork('pca')
      return standardizePlane(yield* principalPlaneSteps(prepared, random))
    },
    *neighbours() {
      yield* findNeighbours(arena, workforce, seed)
      const [away] = arena.away
      for (let at = 0; at < away.length; at++) away[at] = distance(away[at]!)
      return graphOf()
    },
    *layout({ plane, unit = unitOf(plane), labels, epochs = epochsOf(rows), rate = 1, onPlaces }) {
      if (rows < fewestPoints || count === 0) return { plane: plane.slice(), unit }
      const begin = plane.map((value, at) => value * unit + jitterAt(seed, at))
      if (labels !== undefined) arena.labels.set(labels)
      const { leastDistance, labelWeight } = options
      const settings = { epochs, leastDistance, seed, rate, labelWeight }
      const xy =
        options.method === 'fast'
          ? yield* layOutArena(arena, workforce, begin, {
              ...settings,
              ...(onPlaces && { onPlaces }),
            })
          : yield* layOutByLibrary(graphOf(), begin, { ...settings, ...(labels && { labels }) })
      const before = spread(xy)
      const standard = standardizePlane(xy)
      return { plane: standard, unit: before > 0 ? before / spread(standard) : unit }
    },
  }
}

const epochsOf = (rows: number): number => (rows <= fewRows ? 300 : 200)

const jitterAt = (seed: number, at: number): number =>
  jitter * ((2 * hashOf(seed, at, 1)) / 2 ** 32 - 1)

function unitOf(plane: Float32Array): number {
  const largest = plane.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return largest > 0 ? startExtentOf(plane.length / 2) / largest : 1
}

/** Root of the mean square distance of the points from their centre. */
function spread(plane: Float32Array): number {
  const count = plane.length / 2
  let [x, y, squares] = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    x += plane[2 * i]! / count
    y += plane[2 * i + 1]! / count
  }
  for (let i = 0; i < count; i++) {
    squares += (plane[2 * i]! - x) ** 2 + (plane[2 * i + 1]! - y) ** 2
  }
  return Math.sqrt(squares / count)
}

function requireFinite({ data, columns }: Matrix): void {
  const at = data.findIndex((value) => !Number.isFinite(value))
  if (at >= 0) throw new NotFinite(Math.floor(at / columns))
}
