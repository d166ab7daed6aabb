import { createMatrix, type Matrix } from '../../core/math/matrix'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import type { EmbeddingRows } from '../exporting/embeddingRows'

/** Images that are worked on together. */
const imagesAtOnce = 512

/** Embeddings in blocks, L2-normalised: memory stays flat. */
export async function* blocksOf(
  rows: EmbeddingRows,
): AsyncGenerator<{ readonly images: readonly string[]; readonly unit: Matrix }> {
  let images: string[] = []
  const data = new Float32Array(imagesAtOnce * rows.dimension)
  const block = () => {
    const numbers = data.slice(0, images.length * rows.dimension)
    const unit = createMatrix(images.length, rows.dimension, numbers)
    normalizeInPlace(unit)
    return { images, unit }
  }
  for await (const { cells, embedding } of rows.read(['image'])) {
    const image = String(cells[0])
    data.set(embedding, images.length * rows.dimension)
    images.push(image)
    if (images.length < imagesAtOnce) continue
    yield block()
    images = []
  }
  if (images.length > 0) yield block()
}
