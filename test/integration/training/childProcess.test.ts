import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { splitPart } from '../../../src/core/evaluation/splitParts'
import { startWorker } from '../../../src/main/jobs/workerHost'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import type { TrainingResult, WorkerMessage } from '../../../src/main/training/messages'
import type { SentTrainJob, WorkerStart } from '../../../src/main/training/sentJob'
import { readTrainingImages } from '../../../src/main/training/trainingImages'
import { runFolder } from '../../../src/main/workspace'
import { type BuiltProgram, buildProgram, projectFolder } from './builtProgram'
import { temporaryTraining, type TemporaryTraining } from './temporaryTraining'

let training: TemporaryTraining
let program: BuiltProgram
/** Stands for another machine: its own copies of the pictures, its own cache. */
let other = ''
beforeAll(async () => {
  program = await buildProgram(false)
  training = await temporaryTraining(8)
  other = await mkdtemp(join(tmpdir(), 'semblance-other-'))
}, 300_000)
afterAll(async () => {
  await training?.dispose()
  await program?.dispose()
  await rm(other, { recursive: true, force: true })
})

const request = { steps: 24, embeddingSize: 16, backend: 'wasm', testShare: 0.3 } as const

/** Every text in plain data. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  return Object.values(value).flatMap(textsIn)
}

it('does the job of a thread in a process, on copies of the pictures, with the same numbers', async () => {
  const { id, state } = await training.run(request)
  expect(state.error).toBeNull()
  const here = await loadEmbeddings(runFolder(training.workspace, id))

  const dataset = (await training.store.datasets.find(training.datasetId))!
  const { images, labels, labelKeys, labelNames, groups } = await readTrainingImages(
    training.store,
    training.datasetId,
    dataset.folder,
  )
  const job: SentTrainJob = {
    kind: 'train',
    images,
    labels,
    labelKeys,
    labelNames,
    groups,
    split: here.splits,
    options: state.run.options,
    backend: 'wasm',
    checkpoint: null,
  }
  expect(here.splits).toContain(splitPart.test)
  const folder = training.workspace.databaseFile.slice(0, -'semblance.sqlite'.length)
  for (const text of textsIn(job)) {
    expect(text.startsWith('/') || text.includes(folder) || text.includes(dataset.folder)).toBe(
      false,
    )
  }

  const pictures = join(other, 'pictures')
  await cp(dataset.folder, pictures, { recursive: true })
  // Training reads these; they are known by what the pictures hold.
  const thumbnails = join('cache', 'thumbnails')
  await cp(join(folder, thumbnails), join(other, thumbnails), { recursive: true })
  await mkdir(join(other, 'results'))
  const start: WorkerStart = {
    job,
    folders: {
      workers: program.workersFolder,
      project: projectFolder,
      cache: join(other, 'cache'),
      images: pictures,
      added: join(other, 'added'),
      results: join(other, 'results'),
    },
    extensions: [],
    networks: [],
  }
  let result: TrainingResult | null = null
  const worker = startWorker<never, WorkerMessage>({
    file: join(program.workersFolder, 'training.js'),
    name: 'training',
    data: start,
    runsIn: 'process',
    onMessage: (message) => {
      if (message.kind === 'failed') throw new Error(message.error.message)
      if (message.kind === 'finished') result = message.result
    },
  })
  await worker.ended
  expect(result).toMatchObject({
    reason: 'finished',
    before: state.run.before,
    after: state.run.after,
    bestEpoch: state.run.bestEpoch,
  })
  const there = await loadEmbeddings(join(other, 'results'))
  expect(there.ids).toEqual(here.ids)
  expect(there.embeddings).toEqual(here.embeddings)
})

it('hears a cancellation, and says how a process ended that was killed', async () => {
  const options = {
    file: join(program.workersFolder, 'training.js'),
    name: 'training',
    data: {
      job: { kind: 'probe', backend: 'wasm' },
      folders: { workers: program.workersFolder, project: projectFolder },
      extensions: [],
      networks: [],
    } satisfies WorkerStart,
    runsIn: 'process' as const,
    onMessage: () => {},
  }
  const terminated = startWorker<never, WorkerMessage>(options)
  await terminated.terminate()
  await terminated.ended
  const missing = startWorker<never, WorkerMessage>({ ...options, file: join(other, 'none.js') })
  await expect(missing.ended).rejects.toMatchObject({ code: 'workerCrashed' })
})
