import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type ComparisonService,
  createComparisonService,
} from '../../../src/main/comparison/comparisonService'
import { createLabelService, type LabelService } from '../../../src/main/labels/labelService'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { runFolder } from '../../../src/main/workspace'
import type { RunComparison } from '../../../src/shared/model/comparison'
import type { RunId } from '../../../src/shared/model/ids'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'
import { type TemporaryTraining, temporaryTraining } from '../training/temporaryTraining'

let training: TemporaryTraining
let program: BuiltProgram
let comparison: ComparisonService
let labels: LabelService
let tell: (state: RunComparison) => void = () => {}

const request = {
  network: 'small',
  imageSizePx: 24,
  embeddingSize: 12,
  steps: 20,
  testShare: 0.5,
} as const

beforeAll(async () => {
  training = await temporaryTraining(16)
  program = await buildProgram(false)
  const { store, workspace } = training
  labels = createLabelService({
    store,
    events: { changed: ({ datasetId }) => comparison.changed(datasetId) },
  })
  comparison = createComparisonService({
    store,
    workspace,
    workersFolder: program.workersFolder,
    events: { changed: (state) => tell(state) },
  })
}, 300_000)

afterAll(async () => {
  await comparison?.close()
  await training?.dispose()
  await program?.dispose()
})

const settled = () => comparison.settled({ datasetId: training.datasetId })
const resultOf = (state: RunComparison, runId: RunId) =>
  state.results.find((result) => result.runId === runId)

/** Test images of a run with the labels they have now, label by label. */
async function testImages(runId: RunId) {
  const stored = await loadEmbeddings(runFolder(training.workspace, runId))
  const rows = await training.store.images.trainingRows(training.datasetId)
  const labelOf = new Map(Array.from(rows.ids, (id, i) => [id, rows.labelIds[i]!]))
  const byLabel = new Map<number, number[]>()
  stored.ids.forEach((id, row) => {
    if (stored.splits[row] !== 2) return
    const label = labelOf.get(id)!
    byLabel.set(label, [...(byLabel.get(label) ?? []), id])
  })
  return [...byLabel].map(([label, ids]) => ({ label, ids }))
}

it('measures runs on the labels of today, and says what corrections gave', async () => {
  const { datasetId, store } = training
  const first = await training.run(request)
  const after = first.state.run.after!
  const then = resultOf(await settled(), first.id)!
  expect(then.part).toBe('test')
  expect(then.metrics.mapAtR).toBeCloseTo(after.mapAtR!, 6)
  expect(then.metrics.queries).toBe(after.queries)

  // A person corrects two images: one goes to another label of the test, one is excluded.
  const [one, other] = await testImages(first.id)
  const names = await store.labels.names(datasetId)
  const label = names.get(other!.label)!
  await labels.assign({ datasetId, imageIds: Uint32Array.of(one!.ids[0]!), label })
  await labels.setExcluded({ datasetId, imageIds: Uint32Array.of(one!.ids[1]!), excluded: true })
  // And one that is taken back.
  await labels.assign({ datasetId, imageIds: Uint32Array.of(other!.ids[0]!), label: 'new' })
  await labels.undo({ datasetId })

  const today = resultOf(await settled(), first.id)!
  expect(today.testKey).toBe(then.testKey)
  expect(today.testImages).toBe(then.testImages - 1)
  expect(today.metrics.mapAtR).not.toBe(then.metrics.mapAtR)
  const report = await training.service().report({ runId: first.id })
  expect(today.metrics.mapAtR).toBeCloseTo(report.metrics.mapAtR!, 6)

  const second = await training.run({ ...request, steps: 60 })
  const state = await settled()
  const gain = state.gains.find(({ runId }) => runId === second.id)!
  expect(gain).toMatchObject({ earlierId: first.id, corrections: 2 })
  expect(gain.difference.mean).toBeCloseTo(gain.later - gain.earlier, 9)
  expect(gain.difference.low).toBeLessThanOrEqual(gain.difference.mean)
  expect(gain.difference.high).toBeGreaterThanOrEqual(gain.difference.mean)
  if (gain.isSameTest) {
    expect(resultOf(state, second.id)!.testKey).toBe(today.testKey)
    expect(gain.earlier).toBeCloseTo(today.metrics.mapAtR!, 6)
  }
  expect(state.isMeasuring).toBe(false)
})

it('computes nothing twice, and follows a change by itself', async () => {
  const { datasetId, store } = training
  // A figure that nobody could compute: it stays as long as nothing is measured again.
  await store.database.run("UPDATE run_today SET result = json_set(result, '$.testImages', 123456)")
  const known = await settled()
  expect(known.results.map(({ testImages }) => testImages)).toEqual([123456, 123456])

  await comparison.state({ datasetId })
  const changed = new Promise<RunComparison>((resolve) => {
    tell = (state) => {
      if (state.results.every(({ testImages }) => testImages !== 123456)) resolve(state)
    }
  })
  const [tested] = await testImages(known.results[0]!.runId)
  await labels.setExcluded({
    datasetId,
    imageIds: Uint32Array.of(tested!.ids.at(-1)!),
    excluded: true,
  })
  const results = (await changed).results
  expect(results).toHaveLength(2)
})

it('holds two runs against each other by their own files and the labels of today', async () => {
  const { datasetId, store } = training
  const state = await settled()
  const gain = state.gains[0]!
  const { earlierId, runId: laterId } = gain
  const pair = await comparison.pair({ earlierId, laterId })
  const mapAtR = pair.metrics.find(({ name }) => name === 'mapAtR')!
  expect(mapAtR.earlier).toBeCloseTo(gain.earlier, 9)
  expect(mapAtR.later).toBeCloseTo(gain.later, 9)
  expect(mapAtR.difference).toEqual(gain.difference)

  // The labels' means add up to the whole.
  const queries = pair.labels.reduce((sum, label) => sum + label.queries, 0)
  const later = pair.labels.reduce((sum, label) => sum + label.queries * label.later, 0)
  expect(later / queries).toBeCloseTo(mapAtR.later, 9)

  const rows = await store.images.trainingRows(datasetId)
  const excluded = new Set(rows.ids.filter((_, row) => rows.excluded[row] === 1))
  expect(excluded.size).toBeGreaterThan(0)
  const { neighbours } = pair
  expect(neighbours.images).toBe(rows.ids.length - excluded.size)
  expect(neighbours.asked).toBe(neighbours.images)
  for (const { imageId, before, after, overlap } of neighbours.changed) {
    expect(overlap).toBeLessThan(1)
    for (const id of [imageId, ...before, ...after]) expect(excluded.has(id)).toBe(false)
  }
  const overlaps = neighbours.changed.map(({ overlap }) => overlap)
  expect(overlaps).toEqual(overlaps.toSorted((a, b) => a - b))

  const swapped = await comparison.pair({ earlierId: laterId, laterId: earlierId })
  const back = swapped.metrics.find(({ name }) => name === 'mapAtR')!
  expect(back.difference.mean).toBeCloseTo(-mapAtR.difference.mean, 9)
  expect(swapped.neighbours.overlap).toBeCloseTo(neighbours.overlap!, 12)

  await expect(comparison.pair({ earlierId, laterId: earlierId })).rejects.toThrow('different runs')
  await expect(comparison.pair({ earlierId, laterId: 99_999 as RunId })).rejects.toThrow('no run')
})

it('says which run cannot be measured, and measures the others', async () => {
  const { workspace, store, datasetId } = training
  const runs = await store.runs.list(datasetId)
  const failures: unknown[] = []
  const service = createComparisonService({
    store,
    workspace: { ...workspace, runsFolder: `${workspace.runsFolder} moved` },
    workersFolder: program.workersFolder,
    events: { failed: (error) => failures.push(error) },
  })
  await service.settled({ datasetId })
  await service.close()
  expect(failures.map(String).join('\n')).toContain(`Run ${runs[0]!.summary.id} cannot be measured`)
})

it('forgets what it knew of a run that is removed', async () => {
  const { store, datasetId } = training
  const [newest] = await store.runs.list(datasetId)
  await training.service().removeRun({ runId: newest!.summary.id })
  const state = await settled()
  expect(state.results).toHaveLength(1)
  expect(state.gains).toEqual([])
})
