import { createMatrix, type Matrix } from '../math/matrix'

/** A queue of the last embeddings with their labels, as plain data. */
export interface QueueSnapshot {
  readonly capacity: number
  readonly dimension: number
  /** [count, dimension], oldest first. */
  readonly embeddings: Float32Array
  readonly labels: Int32Array
}

/** First in, first out; positions count from the oldest. */
export class EmbeddingQueue {
  private readonly ring: Float32Array
  private readonly ringLabels: Int32Array
  private first = 0
  private count = 0

  constructor(
    readonly capacity: number,
    readonly dimension: number,
  ) {
    this.ring = new Float32Array(capacity * dimension)
    this.ringLabels = new Int32Array(capacity)
  }

  get size(): number {
    return this.count
  }

  /**
   * Puts a batch in, in its order; the oldest leave where there is no room. A batch that holds a
   * number that is not finite stays out: it would spoil every batch that is compared with it.
   * @returns for each image of the batch its position, -1 where it has left already or stayed out
   */
  push(embeddings: Matrix, labels: Int32Array): Int32Array {
    if (embeddings.columns !== this.dimension) {
      throw new Error(`The queue holds ${this.dimension} components, not ${embeddings.columns}`)
    }
    if (!embeddings.data.every(Number.isFinite)) return new Int32Array(embeddings.rows).fill(-1)
    for (let i = 0; i < embeddings.rows; i++) {
      const slot = (this.first + this.count) % this.capacity
      const from = i * this.dimension
      this.ring.set(embeddings.data.subarray(from, from + this.dimension), slot * this.dimension)
      this.ringLabels[slot] = labels[i]!
      if (this.count < this.capacity) this.count++
      else this.first = (this.first + 1) % this.capacity
    }
    const offset = this.count - embeddings.rows
    return Int32Array.from({ length: embeddings.rows }, (_, i) => Math.max(-1, offset + i))
  }

  /** What it holds, oldest first, copied. */
  contents(): { readonly embeddings: Matrix; readonly labels: Int32Array } {
    const embeddings = createMatrix(this.count, this.dimension)
    const labels = new Int32Array(this.count)
    for (let i = 0; i < this.count; i++) {
      const slot = (this.first + i) % this.capacity
      embeddings.data.set(
        this.ring.subarray(slot * this.dimension, (slot + 1) * this.dimension),
        i * this.dimension,
      )
      labels[i] = this.ringLabels[slot]!
    }
    return { embeddings, labels }
  }
}

/**
 * What losses with a memory keep from batch to batch: one queue for each loss of a sum. Empty until
 * `computeLoss` first needs it; part of the saved state of a run.
 */
export class LossMemory {
  private readonly queues = new Map<string, EmbeddingQueue>()

  /** The queue of a loss; a change of size or dimension starts it afresh. */
  queue(key: string, capacity: number, dimension: number): EmbeddingQueue {
    const present = this.queues.get(key)
    if (present?.capacity === capacity && present.dimension === dimension) return present
    const fresh = new EmbeddingQueue(capacity, dimension)
    this.queues.set(key, fresh)
    return fresh
  }

  snapshot(): Readonly<Record<string, QueueSnapshot>> {
    const result: Record<string, QueueSnapshot> = {}
    for (const [key, queue] of this.queues) {
      const { embeddings, labels } = queue.contents()
      result[key] = {
        capacity: queue.capacity,
        dimension: queue.dimension,
        embeddings: embeddings.data,
        labels,
      }
    }
    return result
  }

  static restore(snapshot: Readonly<Record<string, QueueSnapshot>>): LossMemory {
    const memory = new LossMemory()
    for (const [key, { capacity, dimension, embeddings, labels }] of Object.entries(snapshot)) {
      memory
        .queue(key, capacity, dimension)
        .push(createMatrix(labels.length, dimension, embeddings), labels)
    }
    return memory
  }
}
