/** What one number of a loss does as images come nearer or move apart. */
export interface LossCurveShape {
  /**
   * `positive`: to an image of the same label (or to the own class), `negative`: to one of another
   * label (or to a wrong class), `difference`: positive minus negative distance.
   */
  readonly side: 'positive' | 'negative' | 'difference'
  /** Ascending; larger is farther, for a similarity 1 - similarity. */
  readonly x: Float32Array
  readonly loss: Float32Array
  /** Where the loss comes to rest at exactly 0; null: it never does. */
  readonly restsAt: number | null
}

/** The curves of a loss, evaluated on embeddings of length 1 that were placed for it. */
export interface LossShape {
  /**
   * `pairs`: each pair counts alone; `triplets`: positive and negative are compared; `joint`: each
   * anchor weighs all of its positives and negatives together; `classes`: images against classes.
   */
  readonly kind: 'pairs' | 'triplets' | 'joint' | 'classes'
  /** Name of the distance. */
  readonly distance: string
  /** Distance at which the other side is held; null where it plays no part. */
  readonly otherAt: number | null
  readonly curves: readonly LossCurveShape[]
}
