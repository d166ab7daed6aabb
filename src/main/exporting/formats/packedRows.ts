import type { EmbeddingRows } from '../embeddingRows'

/** Numbers of one piece of a file: 1 MiB. */
const pieceNumbers = 1 << 18

/** All embeddings as packed float32, little-endian as every platform here is, row after row. */
export async function* packedRows({ dimension, read }: EmbeddingRows): AsyncGenerator<Uint8Array> {
  const piece = new Float32Array(
    Math.max(dimension, pieceNumbers - (pieceNumbers % (dimension || 1))),
  )
  let filled = 0
  for await (const { embedding } of read([])) {
    piece.set(embedding, filled)
    filled += dimension
    if (filled + dimension <= piece.length) continue
    yield new Uint8Array(piece.buffer, 0, 4 * filled)
    filled = 0
  }
  if (filled > 0) yield new Uint8Array(piece.buffer, 0, 4 * filled)
}
