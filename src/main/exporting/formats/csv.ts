import { csvChunks, defused, exactNumber } from '../csv'
import type { EmbeddingRows } from '../embeddingRows'
import type { EmbeddingFormat } from './format'

/** `image,label,split,e0,e1,…`, one row an image. */
export const csv: EmbeddingFormat = {
  name: 'csv',
  extension: 'csv',
  write: (rows, file) => csvChunks(file, headerOf(rows.dimension), cellsOf(rows)),
}

const headerOf = (dimension: number): readonly string[] => [
  ...['image', 'label', 'split'],
  ...Array.from({ length: dimension }, (_, k) => `e${k}`),
]

async function* cellsOf(rows: EmbeddingRows) {
  for await (const { image, label, split, embedding } of rows.read()) {
    yield [defused(image), defused(label), split, ...Array.from(embedding, exactNumber)]
  }
}
