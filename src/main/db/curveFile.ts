import { appendFile, readFile } from 'node:fs/promises'
import type { LossCurve } from '../../shared/model/training'
import { blobOf } from './columns'

/** step, loss, active fraction, mean positive distance, mean negative distance */
const columnCount = 5

/** Adds steps to a run's curve file: packed float32 rows `[n, 5]`. */
export async function appendCurve(file: string, rows: Float32Array): Promise<void> {
  if (rows.length % columnCount !== 0) throw new Error('A curve has five numbers a step.')
  await appendFile(file, blobOf(rows))
}

/**
 * The curve as columns, thinned evenly to at most `maximumPoints` with first and last step kept.
 * A file that is missing gives empty columns; a torn last row is left out.
 */
export async function readCurve(file: string, maximumPoints = 2000): Promise<LossCurve> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const rowCount = Math.floor(bytes.length / (4 * columnCount))
  const all = new Float32Array(Uint8Array.from(bytes).buffer, 0, rowCount * columnCount)
  const points = Math.min(rowCount, maximumPoints)
  const column = (index: number) =>
    Float32Array.from({ length: points }, (_, point) => {
      const row = points < 2 ? 0 : Math.round((point * (rowCount - 1)) / (points - 1))
      return all[row * columnCount + index]!
    })
  return {
    step: column(0),
    loss: column(1),
    activeFraction: column(2),
    meanPositiveDistance: column(3),
    meanNegativeDistance: column(4),
  }
}
