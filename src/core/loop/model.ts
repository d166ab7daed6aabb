import type { InputSource } from '../inputSource'

/** What the loss says of a batch of embeddings. */
interface LossOfEmbeddings {
  readonly value: number
  /** [rows, embeddingSize], row-major. */
  readonly gradient: Float32Array
}

interface StepSettings {
  readonly learningRate: number
  readonly gradientClip?: number
  readonly weightDecay?: number
}

/** What the loop needs of an embedding model; `Snapshot` is opaque to it. */
export interface TrainableModel<Snapshot> {
  readonly embeddingSize: number
  /** [rows, embeddingSize] in inference mode, not L2-normalised. */
  embed(batch: Float32Array, rows: number): Float32Array
  /** One optimizer step; returns the loss. */
  trainStep(
    batch: Float32Array,
    rows: number,
    lossOfEmbeddings: (embeddings: Float32Array) => LossOfEmbeddings,
    settings: StepSettings,
  ): number
  snapshot(): Snapshot
  restore(snapshot: Snapshot): void
  /** Copies of all that inference uses: weights, biases, running statistics. */
  weights(): readonly Float32Array[]
  /** Puts such numbers in place; the optimizer's state stays. */
  assignWeights(weights: readonly Float32Array[]): void
}

/**
 * Embeds rows in batches, letting others run in between.
 * @returns [rows.length, embeddingSize]; shorter when `isCancelled` became true
 */
export async function embedRows<Snapshot>(
  model: Pick<TrainableModel<Snapshot>, 'embed' | 'embeddingSize'>,
  source: InputSource,
  rows: ArrayLike<number>,
  breathe: () => Promise<void>,
  progress: {
    batchRows?: number
    isCancelled?: () => boolean
    onBatch?: (done: number) => void
  } = {},
): Promise<Float32Array> {
  const { batchRows = 256, isCancelled = () => false, onBatch = () => {} } = progress
  const size = model.embeddingSize
  const result = new Float32Array(rows.length * size)
  let batch = new Float32Array(0)
  for (let from = 0; from < rows.length; from += batchRows) {
    if (isCancelled()) return result.subarray(0, from * size)
    const to = Math.min(rows.length, from + batchRows)
    const indices = Array.prototype.slice.call(rows, from, to) as number[]
    if (batch.length !== indices.length * source.rowSize) {
      batch = new Float32Array(indices.length * source.rowSize)
    }
    source.read(indices, batch, null)
    result.set(model.embed(batch, indices.length), from * size)
    onBatch(to)
    await breathe()
  }
  return result
}
