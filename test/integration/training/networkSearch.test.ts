import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Interruption } from '../../../src/core/interruption'
import { chooseCandidates } from '../../../src/core/plan/chooseCandidates'
import { planTraining } from '../../../src/core/plan/plan'
import { requestOfRun } from '../../../src/core/plan/runRequest'
import { StageReport } from '../../../src/core/recipes/stageReport'
import { startBackend } from '../../../src/main/backend/startBackend'
import { searchLines } from '../../../src/main/cli/searchText'
import { describeExtractors, extractors } from '../../../src/main/features/extractors'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { loadModel } from '../../../src/main/runs/modelFiles'
import type { TrainJob, WorkerMessage } from '../../../src/main/training/messages'
import { openJob } from '../../../src/main/training/sentJob'
import { settleNetwork } from '../../../src/main/training/settleNetwork'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import { thread } from '../../../src/main/training/thread'
import { readTrainingImages } from '../../../src/main/training/trainingImages'
import { runFolder } from '../../../src/main/workspace'
import type { NetworkSearch } from '../../../src/shared/model/networkSearch'
import type { TrainingRequest, TrainingStage } from '../../../src/shared/model/training'
// A network that computes next to nothing.
import '../features/secondExtractor/register'
import { projectFolder } from './builtProgram'
import { temporaryTraining, type TemporaryTraining } from './temporaryTraining'

let training: TemporaryTraining
beforeAll(async () => {
  training = await temporaryTraining(12, undefined, undefined, undefined, {
    'workers/training': 'test/integration/features/secondExtractor/training.worker.ts',
  })
}, 300_000)
afterAll(() => training?.dispose())

const request: TrainingRequest = {
  ...{ quality: 'balanced', extractor: 'colours-and-grid', steps: 40, backend: 'wasm' },
}
const scoresOf = ({ candidates }: NetworkSearch) => candidates.map(({ score }) => score)

it('chooses layers by held-out labels before it trains, and says what it compared', async () => {
  const { datasetId } = training
  const plan = await training.service().plan({ datasetId, request })
  const compared = chooseCandidates(96, request, extractors)
  expect(compared.length).toBeGreaterThan(1)
  expect(plan.options.candidates).toEqual(
    compared.map(({ features, extractor }) =>
      expect.objectContaining({ features, extractor: extractor.id }),
    ),
  )
  const { quality: _, ...fast } = request
  const without = await training.service().plan({ datasetId, request: fast })
  expect(without.options.candidates).toBeUndefined()
  // In whole seconds, which a quick machine needs no more of for so few images.
  expect(plan.estimatedSeconds).toBeGreaterThanOrEqual(without.estimatedSeconds)

  const stages: TrainingStage[] = []
  void training.when(({ stage }) => stages.push(stage) < 0)
  const { id, state } = await training.run(request)
  expect(state.error).toBeNull()
  expect(stages).toContain('choosing')
  const { search, options } = (await training.store.runs.find(id))!.summary
  expect(search).toEqual(state.run.search)
  expect(search!.over).toBe('labels')
  expect(search!.candidates).toHaveLength(compared.length)
  for (const { score, shortfall, seconds } of search!.candidates) {
    expect(score.mapAtR).toBeGreaterThan(0)
    expect(shortfall.mapAtR).toBeGreaterThanOrEqual(0)
    expect(seconds).toBeGreaterThan(0)
  }
  const taken = search!.candidates[search!.chosen]!
  expect(options.candidates).toBeUndefined()
  expect(options.features).toBe(taken.features)
  // The start of what was taken was measured by the same labels.
  const held = state.run.kept!.heldOut!
  expect(Math.max(held.features.mapAtR, held.whitening.mapAtR, held.analysis.mapAtR)).toBe(
    taken.score.mapAtR,
  )
  const folder = runFolder(training.workspace, id)
  expect((await loadModel(join(folder, 'model'))).input).toMatchObject({
    extractor: `${taken.extractor}/${taken.features}`,
  })
  expect((await loadEmbeddings(folder)).ids).toHaveLength(96)
  // The run file names what was chosen, so that nothing is chosen again.
  const again = await training.service().plan({ datasetId, request: requestOfRun(options) })
  expect(again.options).toEqual({ ...options, backend: again.options.backend })
  expect(again.reasons).toContain('nothingToCompare')
  const lines = searchLines(search!)
  expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(compared.length)
  expect(lines.filter((line) => line.startsWith('  * '))).toHaveLength(1)
}, 300_000)

it('does not choose again in a run that goes on', async () => {
  const { datasetId } = training
  const long = { ...request, steps: 1200 }
  const { id } = await training.service().start({ datasetId, request: long })
  await training.when(
    ({ run, stage, epochs }) => run.id === id && stage === 'training' && epochs.length > 0,
  )
  await training.restart()
  const left = (await training.service().state({ runId: id }))!.run
  expect(left).toMatchObject({ status: 'interrupted' })
  expect(left.search).not.toBeNull()
  const stages: TrainingStage[] = []
  void training.when(({ stage }) => stages.push(stage) < 0)
  await training.service().resumeRun({ runId: id })
  const { state } = await training.service().finished(id)
  expect(state.error).toBeNull()
  expect(state.run.status).toBe('finished')
  expect(stages).not.toContain('choosing')
  expect(state.run.search).toEqual(left.search)
}, 300_000)

it('measures no candidate again that an interrupted search had measured', async () => {
  const { store, datasetId, workspace } = training
  const { folder } = (await store.datasets.find(datasetId))!
  const images = await readTrainingImages(store, datasetId, folder)
  const { plan, split } = planTraining({
    ...{ ...images, request, extractors: describeExtractors() },
    ...{ featuresCached: () => 0, speed: shippedSpeeds.js },
  })
  const { candidates = [] } = plan.options
  const { workersFolder } = training
  const results = join(workspace.cacheFolder, 'search')
  await mkdir(results, { recursive: true })
  const backend = await startBackend({ preferred: 'js', workersFolder, projectFolder })
  const interruption = new Interruption()
  const job = openJob({
    job: {
      ...{ kind: 'train', ...images, split, options: plan.options, backend: 'js' },
      checkpoint: null,
    },
    folders: {
      ...{ workers: workersFolder, project: projectFolder, cache: workspace.cacheFolder },
      ...{ images: folder, added: workspace.addedFolder, results },
    },
    extensions: [],
    networks: [],
  }) as TrainJob
  const choose = async () => {
    const said: WorkerMessage[] = []
    const post = (message: WorkerMessage) => void said.push(message)
    const report = new StageReport(post, interruption, thread.now)
    const settled = (await settleNetwork({ job, backend, interruption, post }, report))!
    const { search } = said.find(({ kind }) => kind === 'searched') as { search: NetworkSearch }
    return { search, settled }
  }
  const whole = await choose()
  const file = join(results, 'start.json')
  const found = JSON.parse(await readFile(file, 'utf8')) as {
    parts: Record<string, [unit: number, score: number][][]>
  }
  const [first, ...others] = candidates.map(({ extractor, features }) => `${extractor} ${features}`)
  expect(Object.keys(found.parts)).toEqual([first, ...others])
  // As though it had ended after the first, and in another state, which shows that it is taken.
  const perfect = found.parts[first!]!.map((form) => form.map(([unit]) => [unit, 1] as [number, 1]))
  await writeFile(file, JSON.stringify({ ...found, parts: { [first!]: perfect } }))
  const again = await choose()
  expect(scoresOf(again.search)[0]).toEqual({ mapAtR: 1, standardError: 0 })
  expect(scoresOf(again.search).slice(1)).toEqual(scoresOf(whole.search).slice(1))
  expect(again.search.chosen).toBe(0)
  expect(again.settled.job.options).toMatchObject({ features: candidates[0]!.features })
  expect(again.settled.job.options.candidates).toBeUndefined()

  interruption.cancel()
  const post = () => {}
  const report = new StageReport(post, interruption, thread.now)
  expect(await settleNetwork({ job, backend, interruption, post }, report)).toBeNull()
  backend.dispose()
}, 300_000)
