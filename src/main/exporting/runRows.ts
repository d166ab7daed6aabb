import { type FileHandle, readFile } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import { type ExportColumn, exportColumnNames } from '../../shared/model/embeddingExport'
import type { DatasetId } from '../../shared/model/ids'
import type { ImageFacts } from '../db/repositories/imageRepository'
import type { Store } from '../db/store'
import { openRegular } from '../files/regularFile'
import { checkEmbeddings, openEmbeddings } from '../runs/embeddingFiles'
import { thumbnailFile, type Workspace } from '../workspace'
import type { Cell } from './csv'
import type { EmbeddingRows } from './embeddingRows'

const splitNames = ['none', 'train', 'test'] as const
/** Rows of images and of embeddings read at a time. */
const blockRows = 1024

/**
 * Opens the embeddings of a folder with the images and labels as they are now, in the order of the
 * path; images that have left the dataset since are left out. Files and database are read in
 * blocks, so that memory stays flat.
 * @param imageIds these images alone; all where absent
 * @throws AppError embeddingsDamaged; notFound while reading, where images were forgotten meanwhile
 */
export async function openRunRows(source: {
  readonly store: Store
  readonly workspace: Pick<Workspace, 'cacheFolder'>
  readonly datasetId: DatasetId
  readonly folder: string
  readonly imageIds?: Uint32Array | undefined
}): Promise<EmbeddingRows> {
  const { store, workspace, datasetId, folder } = source
  const { ids, splits, embeddingSize: dimension, file } = await openEmbeddings(folder)
  await checkEmbeddings(folder)
  const labels = await store.labels.names(datasetId)
  const rowOf = new Map<number, number>()
  ids.forEach((id, row) => rowOf.set(id, row))
  const wanted = source.imageIds === undefined ? null : new Set(source.imageIds)
  const { ids: inOrder } = await store.images.columns(datasetId, { excluded: 'include' }, 'path')
  const selected = inOrder.filter((id) => rowOf.has(id) && (wanted === null || wanted.has(id)))

  async function* images(): AsyncGenerator<ImageFacts> {
    for (let start = 0; start < selected.length; start += blockRows) {
      const block = selected.subarray(start, start + blockRows)
      const facts = await store.images.facts(block)
      if (facts.length < block.length) throw forgotten(datasetId)
      yield* facts
    }
  }
  const cellsOf = (image: ImageFacts, columns: readonly ExportColumn[]): readonly Cell[] =>
    columns.map((column) => cellMakers[column](image, { labels, splits, rowOf }))

  const { handle } = await openRegular(file)
  return {
    count: selected.length,
    dimension,
    columns: exportColumnNames,
    async *read(columns) {
      const reader = new EmbeddingReader(handle, dimension, ids.length)
      if (columns.length === 0) {
        for (const id of selected) yield { cells: [], embedding: await reader.read(rowOf.get(id)!) }
        return
      }
      for await (const image of images()) {
        yield { cells: cellsOf(image, columns), embedding: await reader.read(rowOf.get(image.id)!) }
      }
    },
    async *facts(columns) {
      for await (const image of images()) yield cellsOf(image, columns)
    },
    async *pictures() {
      for await (const { sha256 } of images()) {
        yield await readFile(thumbnailFile(workspace, sha256)).catch(() => null)
      }
    },
    close: () => handle.close(),
  }
}

interface Around {
  readonly labels: ReadonlyMap<number, string>
  readonly splits: Uint8Array
  readonly rowOf: ReadonlyMap<number, number>
}

const cellMakers: Readonly<Record<ExportColumn, (image: ImageFacts, around: Around) => Cell>> = {
  image: ({ relativePath }) => relativePath,
  label: ({ labelId }, { labels }) => labels.get(labelId ?? 0) ?? '',
  split: ({ id }, { splits, rowOf }) => splitNames[splits[rowOf.get(id)!]!] ?? 'none',
  width: ({ widthPx }) => widthPx,
  height: ({ heightPx }) => heightPx,
  bytes: ({ bytes }) => bytes,
  sha256: ({ sha256 }) => sha256,
  excluded: ({ excluded }) => excluded,
}

const forgotten = (datasetId: DatasetId): AppError =>
  new AppError(
    'notFound',
    'Images were forgotten while they were exported, and nothing was written. Export again.',
    { datasetId },
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
