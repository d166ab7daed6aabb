import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import sharp from 'sharp'
import { saveEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { runFolder, thumbnailFile } from '../../../src/main/workspace'
import type { TrainingOptions } from '../../../src/shared/model/training'
import { addImages, type TemporaryStore } from '../db/temporaryStore'

export interface ExportedRun {
  readonly runId: Awaited<ReturnType<TemporaryStore['store']['runs']['create']>>
  readonly idOf: ReadonlyMap<string, number>
  /** In the order of paths. */
  readonly images: readonly {
    readonly path: string
    readonly label: string
    readonly split: string
    readonly embedding: Float32Array
  }[]
}

/** A finished run whose file has the images in another order than their paths have. */
export async function exportedRun(
  { store, workspace }: TemporaryStore,
  images: readonly { readonly path: string; readonly label: string | null }[],
  embeddingOf: (index: number) => readonly number[],
): Promise<ExportedRun> {
  const { datasetId, idOf } = await addImages(store, '/pictures', images)
  const runId = await store.runs.create(datasetId, {} as TrainingOptions, 1)
  const order = [...images].reverse()
  const rows = order.map((_, row) => Float32Array.from(embeddingOf(row)))
  const splits = Uint8Array.from(order, (_, row) => row % 3)
  await saveEmbeddings(runFolder(workspace, runId), {
    ids: Uint32Array.from(order, ({ path }) => idOf.get(path)!),
    embeddings: Float32Array.from(rows.flatMap((row) => [...row])),
    embeddingSize: rows[0]?.length ?? 0,
    splits,
  })
  await store.runs.update(runId, { hasEmbeddings: true, status: 'finished' })
  const byPath = new Map(order.map(({ path, label }, row) => [path, { label, row }]))
  return {
    runId,
    idOf,
    images: [...idOf.keys()].map((path) => {
      const { label, row } = byPath.get(path)!
      return {
        ...{ path, label: label ?? '', embedding: rows[row]! },
        split: ['none', 'train', 'test'][splits[row]!]!,
      }
    }),
  }
}

/** The thumbnail of an image in one colour; that of `addImages`' n-th image. */
export async function drawThumbnail(
  { workspace }: Pick<TemporaryStore, 'workspace'>,
  n: number,
  background: string,
): Promise<void> {
  const file = thumbnailFile(workspace, n.toString(16).padStart(64, '0'))
  await mkdir(dirname(file), { recursive: true })
  const picture = sharp({ create: { width: 40, height: 40, channels: 3, background } })
  await writeFile(file, await picture.webp({ lossless: true }).toBuffer())
}
