import { type FileHandle } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import { type RunId } from '../../shared/model/ids'
import { type Store } from '../db/store'
import { openRegular } from '../files/regularFile'
import { checkEmbeddings, openEmbeddings } from '../runs/embeddingFiles'
import { runFolder, type Workspace } from '../workspace'
import { type Cell, defused, writeCsvAtomically } from './csv'

export interface EmbeddingExport {
  readonly store: Store
  readonly workspace: Workspace
  readonly runId: RunId
  /** These images alone; all of the run where absent. */
  readonly imageIds?: Uint32Array
  readonly file: string
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

const splitNames = ['none', 'train', 'test'] as const
/** Embedding rows read at a time. */
const blockRows = 1024

/**
 * Writes a run's embeddings as CSV: `image,label,split,e0,e1,…`, one row an image, ordered by the
 * path relative to the dataset's folder. The label is the present one; images that have left the
 * dataset since are left out. The file is read in blocks, so that memory stays flat.
 * @returns the number of rows, or null where it was cancelled
 * @throws AppError noEmbeddings, embeddingsDamaged, diskFull, readOnly, writeFailed
 */
export async function exportEmbeddings(request: EmbeddingExport): Promise<number | null> {
  const { store, workspace, runId, file, signal, onProgress } = request
  const run = await store.runs.find(runId)
  if (run === undefined || !run.summary.hasEmbeddings) throw noEmbeddings(runId)
  const folder = runFolder(workspace, runId)
  const { ids, splits, embeddingSize: dimension, file: source } = await openEmbeddings(folder)
  await checkEmbeddings(folder)
  const images = await store.images.trainingRows(run.datasetId)
  const labels = await store.labels.names(run.datasetId)
  const rowOf = new Map<number, number>()
  ids.forEach((id, row) => rowOf.set(id, row))
  const wanted = request.imageIds === undefined ? null : new Set(request.imageIds)

  const selected: number[] = []
  images.ids.forEach((id, image) => {
    if (rowOf.has(id) && (wanted === null || wanted.has(id))) selected.push(image)
  })

  const { handle } = await openRegular(source)
  try {
    const header = [
      'image',
      'label',
      'split',
      ...Array.from({ length: dimension }, (_, k) => `e${k}`),
    ]
    const reader = new EmbeddingReader(handle, dimension, ids.length)

    async function* rows(): AsyncGenerator<Cell[]> {
      let done = 0
      for (const image of selected) {
        const row = rowOf.get(images.ids[image]!)!
        const cells: Cell[] = [
          defused(images.relativePaths[image]!),
          defused(labels.get(images.labelIds[image]!) ?? ''),
          splitNames[splits[row]!] ?? 'none',
        ]
        const embedding = await reader.read(row)
        for (let k = 0; k < dimension; k++) cells.push(shortest(embedding[k]!))
        yield cells
        if (++done % 256 === 0) onProgress?.(done, selected.length)
      }
      onProgress?.(done, selected.length)
    }
    return await writeCsvAtomically(file, header, rows(), { signal })
  } finally {
    await handle.close()
  }
}

/** Nine significant digits say a float32 exactly; trailing zeros say nothing. */
const shortest = (value: number): number => Number(value.toPrecision(9))

const noEmbeddings = (runId: RunId): AppError =>
  new AppError(
    'noEmbeddings',
    'This run has no embeddings to export. Train until it has finished, then export again.',
    { runId },
  )

/** Reads rows of a packed float32 file, a block at a time; neighbouring rows cost nothing. */
class EmbeddingReader {
  private block: Float32Array = new Float32Array()
  private firstRow = -1

  constructor(
    private readonly handle: FileHandle,
    private readonly dimension: number,
    private readonly rowCount: number,
  ) {}

  async read(row: number): Promise<Float32Array> {
    const blockStart = row - (row % blockRows)
    if (blockStart !== this.firstRow) {
      const rows = Math.min(blockRows, this.rowCount - blockStart)
      this.block = new Float32Array(rows * this.dimension)
      const bytes = new Uint8Array(this.block.buffer)
      const position = blockStart * this.dimension * 4
      const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, position)
      if (bytesRead < bytes.length)
        throw new Error('The embeddings became shorter while they were read.')
      this.firstRow = blockStart
    }
    const at = (row - blockStart) * this.dimension
    return this.block.subarray(at, at + this.dimension)
  }
}
