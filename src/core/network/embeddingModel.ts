import type { SavedModel } from './savedModel'

/** A loss as the network sees it: plain numbers in, the value and its gradient out. */
export type LossOfEmbeddings = (embeddings: Float32Array) => {
  readonly value: number
  /** d value / d embeddings, `[rows, embeddingSize]`. */
  readonly gradient: Float32Array
}

export interface StepSettings {
  readonly learningRate: number
  /** Gradients are scaled down together so that their norm does not exceed this; absent: never. */
  readonly gradientClip?: number
  /** Decoupled weight decay on filters and matrices; absent: none. */
  readonly weightDecay?: number
}

/** A training step that waits for its loss; it is ended before anything else is asked of the model. */
export interface BegunStep {
  /** `[rows, embeddingSize]` in training mode. */
  readonly embeddings: Float32Array
  /**
   * Takes one step of Adam along the gradient `[rows, embeddingSize]` of the loss; null changes
   * nothing.
   */
  end(gradient: Float32Array | null, settings: StepSettings): void
}

/** A trainable map from an input (a picture, a feature vector) to an embedding. */
export interface EmbeddingModel {
  readonly kind: SavedModel['kind']
  /**
   * Without the batch: `[size, size, 3]` for pictures, values 0 to 1; `[inputSize]` for features;
   * `[height, width, channels]` for the map of a network.
   */
  readonly inputShape: readonly number[]
  readonly embeddingSize: number
  /** Steps taken so far, those before a restore included. */
  readonly steps: number
  /**
   * Embeddings `[rows, embeddingSize]` in inference mode, not normalised. `batch` is
   * `[rows, ...inputShape]`; no rows give an empty array.
   */
  embed(batch: Float32Array, rows: number): Float32Array
  /** The forward half of a training step on `batch`, `[rows, ...inputShape]`. */
  beginStep(batch: Float32Array, rows: number): BegunStep
  /**
   * One step of Adam on the loss of a batch's embeddings (training mode); returns the loss before
   * the step. A loss or gradient that is not finite changes nothing and is returned as it is.
   */
  trainStep(
    batch: Float32Array,
    rows: number,
    lossOfEmbeddings: LossOfEmbeddings,
    settings: StepSettings,
  ): number
  /** Everything needed to go on from here, the optimizer's state included. */
  snapshot(): SavedModel
  /** Takes over a snapshot of a model of the same kind and shape. */
  restore(saved: SavedModel): void
  /** Copies of all that inference uses: weights, biases, running statistics. */
  weights(): readonly Float32Array[]
  /** Puts such numbers in place; the optimizer's state stays. */
  assignWeights(weights: readonly Float32Array[]): void
  dispose(): void
}

/** Throws where a batch does not hold what the caller says. */
export function checkBatch(
  model: Pick<EmbeddingModel, 'inputShape'>,
  batch: Float32Array,
  rows: number,
): void {
  const size = model.inputShape.reduce((product, length) => product * length, 1)
  if (!Number.isInteger(rows) || rows < 0 || batch.length !== rows * size) {
    throw new Error(
      `A batch of ${rows} inputs of [${model.inputShape.join(', ')}] needs ${rows * size} numbers, not ${batch.length}`,
    )
  }
}
