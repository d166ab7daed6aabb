import type { FileHandle } from 'node:fs/promises'
import type { DatasetId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import { openRegular } from '../files/regularFile'
import { checkEmbeddings, openEmbeddings } from '../runs/embeddingFiles'

const splitNames = ['none', 'train', 'test'] as const
/** Embedding rows read at a time. */
const blockRows = 1024

/** One image of an export. */
interface EmbeddingRow {
  /** Path relative to the dataset's folder. */
  readonly image: string
  /** The present one; empty without a label. */
  readonly label: string
  readonly split: (typeof splitNames)[number]
  /** [dimension]; good until the next row is asked for. */
  readonly embedding: Float32Array
}

/** What every format of embeddings is written from. */
export interface EmbeddingRows {
  readonly count: number
  readonly dimension: number
  /** In the order of the path. */
  read(): AsyncGenerator<EmbeddingRow>
  close(): Promise<void>
}

/**
 * Opens the embeddings of a folder with the images and labels as they are now; images that have
 * left the dataset since are left out. The file is read in blocks, so that memory stays flat.
 * @param imageIds these images alone; all where absent
 * @throws AppError embeddingsDamaged
 */
export async function openEmbeddingRows(source: {
  readonly store: Store
  readonly datasetId: DatasetId
  readonly folder: string
  readonly imageIds?: Uint32Array | undefined
}): Promise<EmbeddingRows> {
  const { store, datasetId, folder } = source
  const { ids, splits, embeddingSize: dimension, file } = await openEmbeddings(folder)
  await checkEmbeddings(folder)
  const images = await store.images.trainingRows(datasetId)
  const labels = await store.labels.names(datasetId)
  const rowOf = new Map<number, number>()
  ids.forEach((id, row) => rowOf.set(id, row))
  const wanted = source.imageIds === undefined ? null : new Set(source.imageIds)
  const selected: number[] = []
  images.ids.forEach((id, image) => {
    if (rowOf.has(id) && (wanted === null || wanted.has(id))) selected.push(image)
  })
  const { handle } = await openRegular(file)
  const reader = new EmbeddingReader(handle, dimension, ids.length)
  return {
    count: selected.length,
    dimension,
    async *read() {
      for (const image of selected) {
        const row = rowOf.get(images.ids[image]!)!
        yield {
          image: images.relativePaths[image]!,
          label: labels.get(images.labelIds[image]!) ?? '',
          split: splitNames[splits[row]!] ?? 'none',
          embedding: await reader.read(row),
        }
      }
    },
    close: () => handle.close(),
  }
}

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
