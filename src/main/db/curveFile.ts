import { errnoOf } from '../../shared/errors'
import { appendFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { LossCurve } from '../../shared/model/training'
import { requireFinite } from '../files/finite'
import { readBounded } from '../files/regularFile'
import { blobOf } from './columns'

/** Bytes; of ten million steps they are fewer. */
const greatestFile = 2 ** 29

/** Columns of the file of a run's steps; that of earlier versions had the first five. */
export const curveColumns = [
  'step',
  'loss',
  'activeFraction',
  'meanPositiveDistance',
  'meanNegativeDistance',
  'learningRate',
  'embeddingNorm',
  'embeddingNormSpread',
] as const
const columnCount = curveColumns.length
const files = [
  { name: 'steps.f32', columns: columnCount },
  { name: 'curve.f32', columns: 5 },
] as const

/**
 * Adds steps to the curve of a run's folder: packed float32 rows `[n, 8]`.
 * @throws AppError trainingDiverged where a number is not finite
 */
export async function appendCurve(folder: string, rows: Float32Array): Promise<void> {
  if (rows.length % columnCount !== 0) throw new Error(`A curve has ${columnCount} numbers a step.`)
  requireFinite('The steps', rows)
  await appendFile(join(folder, files[0].name), blobOf(rows))
}

/** Forgets what came after a step, for a run that is taken up again there. */
export async function cutCurve(folder: string, lastStep: number): Promise<void> {
  const file = join(folder, files[0].name)
  const bytes = await readIfThere(file)
  if (bytes === null) return
  const rowBytes = columnCount * 4
  let kept = 0
  while ((kept + 1) * rowBytes <= bytes.length && bytes.readFloatLE(kept * rowBytes) <= lastStep) {
    kept++
  }
  await truncate(file, kept * rowBytes)
}

/**
 * The curve as columns, thinned evenly to at most `maximumPoints` with first and last step kept.
 * A run without a file gives empty columns; a torn last row is left out.
 */
export async function readCurve(folder: string, maximumPoints = 2000): Promise<LossCurve> {
  for (const { name, columns } of files) {
    const bytes = await readIfThere(join(folder, name))
    if (bytes !== null) return columnsOf(bytes, columns, maximumPoints)
  }
  return columnsOf(Buffer.alloc(0), columnCount, maximumPoints)
}

function columnsOf(bytes: Buffer, columns: number, maximumPoints: number): LossCurve {
  const rowCount = Math.floor(bytes.length / (4 * columns))
  const all = new Float32Array(Uint8Array.from(bytes).buffer, 0, rowCount * columns)
  const points = Math.min(rowCount, maximumPoints)
  const column = (index: number) =>
    Float32Array.from({ length: index < columns ? points : 0 }, (_, point) => {
      const row = points < 2 ? 0 : Math.round((point * (rowCount - 1)) / (points - 1))
      return all[row * columns + index]!
    })
  return Object.fromEntries(
    curveColumns.map((name, index) => [name, column(index)]),
  ) as unknown as LossCurve
}

async function readIfThere(file: string): Promise<Buffer | null> {
  return readBounded(file, greatestFile).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  })
}
