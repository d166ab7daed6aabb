import { rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { TrainingRequest } from '../../shared/model/training'
import { AppError } from '../../shared/errors'
import { type WrittenExport, writeEmbeddings } from '../exporting/embeddingExport'
import { openRunRows } from '../exporting/runRows'
import { featuresOfModel, mapOfModel } from '../features/modelFeatures'
import { loadModel } from '../runs/modelFiles'
import { exportTarget } from './exportOptions'
import { networkFileOption, takeNetwork, type TakingNetwork } from './ownNetwork'
import { type ParsedCommand, UsageError } from './parse'
import { makeTemporaryFolder } from '../leftovers'
import { count, existingFolder, importFolder, prepareOut, type Session } from './session'

export async function checkEmbedArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const folder = await existingFolder(parsed.positionals[0]!)
  const model = resolve(parsed.texts.get('model')!)
  const found = await stat(join(model, 'manifest.json')).catch(() => null)
  if (found === null) {
    throw new UsageError(
      `${model} holds no model (manifest.json is missing). Give the "model" folder that train wrote.`,
    )
  }
  // Read again by the worker; what is wrong with it is said before the images are looked at.
  const { input } = await loadModel(model)
  const known = input.kind === 'features' ? (input.network ?? null) : null
  if (known === null && parsed.texts.has(networkFileOption.name)) {
    throw new UsageError(
      'The model was not trained on a network of your own. Leave --network-file out.',
    )
  }
  await takeNetwork(parsed, known, taking, true)
  if (input.kind === 'features') featuresOfModel(input)
  if (input.kind === 'maps') mapOfModel(input)
  const target = await exportTarget(parsed)
  const backend = parsed.texts.get('backend') as TrainingRequest['backend']
  const views = parsed.numbers.get('views') ?? 1
  return { folder, model, target, backend, views, followsLinks: parsed.flags.has('follow-links') }
}

export interface EmbedOutcome extends Pick<WrittenExport, 'rows' | 'notes'> {
  readonly embeddingSize: number
  readonly out: string
  /** Of each picture, whose embeddings were averaged; absent: the picture as it is. */
  readonly views?: number
}

/** Embeds a folder with a saved model into a file; null where it was cancelled. */
export async function runEmbed(
  session: Session,
  {
    folder,
    model,
    target,
    backend,
    views,
    followsLinks,
  }: Awaited<ReturnType<typeof checkEmbedArguments>>,
): Promise<EmbedOutcome | null> {
  const { services, progress, signal } = session
  await prepareOut(dirname(target.file))
  const { dataset } = await importFolder(session, folder, [], followsLinks)
  if (signal.aborted) return null
  const files = makeTemporaryFolder('embed')
  try {
    const embedding = services.training.embed({
      datasetId: dataset.id,
      modelFolder: model,
      outputFolder: files,
      views,
      signal,
      ...(backend === undefined ? {} : { backend }),
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
    const rows = await openRunRows({ store, workspace, datasetId: dataset.id, folder: files })
    const written = await writeEmbeddings(rows, {
      ...{ ...target, signal },
      onProgress: (at, total) => progress.update('Writing', `${count(at)} of ${count(total)}`),
    })
    if (written === null) return null
    const { notes, dimension: embeddingSize } = written
    const done = { rows: written.rows, embeddingSize, out: target.file, notes }
    return views === 1 ? done : { ...done, views }
  } finally {
    progress.clear()
    await rm(files, { recursive: true, force: true })
  }
}
