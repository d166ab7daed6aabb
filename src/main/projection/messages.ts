/** What the projection worker is started with; the embeddings are its own copy. */
export interface ProjectionJob {
  /** [rows, columns] */
  readonly embeddings: Float32Array
  readonly rows: number
  readonly columns: number
  readonly seed: number
}

/** Nearest rows of each row by cosine, nearest first. */
export interface NeighbourRows {
  /** Neighbours a row. */
  readonly count: number
  /** [rows, count] */
  readonly indices: Uint32Array
}

/** What the worker tells, in this order; planes are [rows, 2]. It then ends by itself. */
export type ProjectionMessage =
  | { readonly kind: 'pca'; readonly xy: Float32Array }
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'neighbours'; readonly neighbours: NeighbourRows }
  | { readonly kind: 'umap'; readonly xy: Float32Array }
