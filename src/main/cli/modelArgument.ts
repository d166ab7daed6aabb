import { rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { DatasetId } from '../../shared/model/ids'
import type { TrainingRequest } from '../../shared/model/training'
import { AppError } from '../../shared/errors'
import type { EmbeddingRows } from '../exporting/embeddingRows'
import { openRunRows } from '../exporting/runRows'
import { featuresOfModel, mapOfModel } from '../features/modelFeatures'
import { makeTemporaryFolder } from '../leftovers'
import { loadModel } from '../runs/modelFiles'
import { networkFileOption, takeNetwork, type TakingNetwork } from './ownNetwork'
import { type ParsedCommand, UsageError } from './parse'
import { count, type Session } from './session'

type BackendName = TrainingRequest['backend']

/** A saved model that was named, read once so that what is wrong with it is said first. */
export interface ModelArgument {
  readonly folder: string
  readonly embeddingSize: number
  readonly backend: BackendName
}

/** @throws UsageError where there is none; AppError modelUnreadable */
export async function checkModel(
  parsed: ParsedCommand,
  taking: TakingNetwork,
): Promise<ModelArgument> {
  const folder = resolve(parsed.texts.get('model')!)
  const found = await stat(join(folder, 'manifest.json')).catch(() => null)
  if (found === null) {
    throw new UsageError(
      `${folder} holds no model (manifest.json is missing). Give the "model" folder that train wrote.`,
    )
  }
  const { input, model } = await loadModel(folder)
  const known = input.kind === 'features' ? (input.network ?? null) : null
  if (known === null && parsed.texts.has(networkFileOption.name)) {
    throw new UsageError(
      'The model was not trained on a network of your own. Leave --network-file out.',
    )
  }
  await takeNetwork(parsed, known, taking, true)
  if (input.kind === 'features') featuresOfModel(input)
  if (input.kind === 'maps') mapOfModel(input)
  const backend = parsed.texts.get('backend') as BackendName
  return { folder, embeddingSize: model.embeddingSize, backend }
}

/** A file for results as an absolute path. @throws UsageError where a folder has its name */
export async function checkOutFile(given: string, example: string): Promise<string> {
  const out = resolve(given)
  if ((await stat(out).catch(() => null))?.isDirectory() === true) {
    throw new UsageError(
      `--out ${out} is a folder. Give a file name, for instance ${join(out, example)}.`,
    )
  }
  return out
}

/**
 * Embeds the images of a dataset with a saved model, telling how far it is, and hands them over
 * while they lie on the disk.
 * @returns null where it was cancelled
 */
export async function withEmbeddings<Result>(
  { services, progress, signal }: Session,
  {
    datasetId,
    model,
    views = 1,
  }: {
    readonly datasetId: DatasetId
    readonly model: Pick<ModelArgument, 'folder' | 'backend'>
    readonly views?: number
  },
  use: (rows: EmbeddingRows) => Promise<Result>,
): Promise<Result | null> {
  const files = makeTemporaryFolder('embed')
  try {
    const embedding = services.training.embed({
      datasetId,
      modelFolder: model.folder,
      outputFolder: files,
      views,
      signal,
      ...(model.backend === undefined ? {} : { backend: model.backend }),
      onProgress: (stage, at, total) =>
        progress.update(
          stage === 'features' ? 'Reading images' : 'Embedding',
          `${count(at)} of ${count(total)}`,
        ),
    })
    const embedded = await embedding.catch((failure: unknown) => {
      if (!(failure instanceof AppError && failure.code === 'backendLost')) throw failure
      const advice = 'Nothing was written. Try again, or without that library: --backend wasm.'
      throw new AppError('backendLost', `${failure.message} ${advice}`, failure.details, failure)
    })
    if (embedded === null) return null
    const { store, workspace } = services
    const rows = await openRunRows({ store, workspace, datasetId, folder: files })
    try {
      return await use(rows)
    } finally {
      await rows.close()
    }
  } finally {
    progress.clear()
    await rm(files, { recursive: true, force: true })
  }
}
