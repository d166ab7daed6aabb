import type { MapOptions } from '../../core/projection'

/** What the projection worker is started with; it reads the embeddings of the run itself. */
export type ProjectionJob =
  | {
      readonly kind: 'project'
      readonly runFolder: string
      readonly workersFolder: string
      readonly options: Omit<MapOptions, 'leastDistance'> & {
        readonly leastDistance: number | 'auto'
      }
      /** Label of each row, 0 without; null where they do not matter. */
      readonly labels: Uint32Array | null
      /** One int32, 1 while the work is to wait. */
      readonly paused: SharedArrayBuffer
    }
  /** Answers questions for nearest rows until it is ended. */
  | { readonly kind: 'search'; readonly runFolder: string }

/** Nearest rows of each row by cosine, nearest first. */
export interface NeighbourRows {
  /** Neighbours a row. */
  readonly count: number
  /** [rows, count] */
  readonly indices: Uint32Array
}

/** What the worker tells of a projection, in this order; planes are [rows, 2]. It then ends by itself. */
export type ProjectionMessage =
  | { readonly kind: 'pca'; readonly xy: Float32Array }
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'neighbours'; readonly neighbours: NeighbourRows }
  /** Where the points are by now. */
  | { readonly kind: 'places'; readonly xy: Float32Array }
  /** `unit`: of the layout for one of the plane. */
  | { readonly kind: 'umap'; readonly xy: Float32Array; readonly unit: number }
  /** It cannot be made of these embeddings, in words. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface NearestQuestion {
  readonly id: number
  readonly row: number
  readonly count: number
}

export interface NearestAnswer {
  readonly kind: 'nearest'
  readonly id: number
  readonly rows: Uint32Array
  readonly similarities: Float32Array
}
