import type { ImageId, RunId } from './ids'
import type { MapChoice } from './options/mapOptions'

export type ProjectionMethod = 'pca' | 'umap'

/** Points of a map; row i is image ids[i] at (xy[2i], xy[2i+1]), in the method's own units. */
export interface ProjectionPoints {
  readonly runId: RunId
  readonly method: ProjectionMethod
  readonly ids: Uint32Array
  readonly xy: Float32Array
  /** 0 none, 1 train, 2 test. */
  readonly splits: Uint8Array
  /** 1 where the nearest neighbour in the embedding has another label. */
  readonly wrongNeighbour: Uint8Array
}

export interface ProjectionState {
  readonly runId: RunId
  readonly method: ProjectionMethod
  readonly phase: 'running' | 'paused' | 'finished' | 'cancelled' | 'failed'
  readonly done: number
  readonly total: number
  /** What the map was, or is being, made with; null where an earlier version made it. */
  readonly options: MapChoice | null
  /** Why it failed. */
  readonly failure?: string
  /** Increases with each new set of points that can be fetched. */
  readonly revision: number
}

export interface Neighbour {
  readonly id: ImageId
  readonly distance: number
}
