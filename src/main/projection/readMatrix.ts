import { createMatrix, type Matrix } from '../../core/math/matrix'
import { loadEmbeddings } from '../runs/embeddingFiles'

/** The embeddings of a run, [images, size]; to be read in a worker, for they may be large. */
export async function readMatrix(runFolder: string): Promise<Matrix> {
  const { ids, embeddings, embeddingSize } = await loadEmbeddings(runFolder)
  return createMatrix(ids.length, embeddingSize, embeddings)
}
