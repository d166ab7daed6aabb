import type { Matrix } from '../math/matrix'
import type { EmbeddingQueue } from './memory'

/** What a batch is compared with. */
export interface References {
  readonly rows: Matrix
  readonly labels: Int32Array
  readonly self: Int32Array
  /** The batch itself: gradients go both ways. */
  readonly isSelf: boolean
}

/** The batch compared with itself. */
export function batchReferences(embeddings: Matrix, labels: Int32Array): References {
  const self = Int32Array.from(labels, (_, index) => index)
  return { rows: embeddings, labels, self, isSelf: true }
}

/** The queue, after the batch was put in. */
export function queueReferences(
  queue: EmbeddingQueue,
  embeddings: Matrix,
  labels: Int32Array,
): References {
  const self = queue.push(embeddings, labels)
  const { embeddings: rows, labels: queueLabels } = queue.contents()
  return { rows, labels: queueLabels, self, isSelf: false }
}
