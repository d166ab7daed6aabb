import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type ComparisonService,
  createComparisonService,
} from '../../../src/main/comparison/comparisonService'
import { createTurn } from '../../../src/main/jobs/turn'
import { createLabelService, type LabelService } from '../../../src/main/labels/labelService'
import { createSweepService, type SweepService } from '../../../src/main/sweep/sweepService'
import {
  embeddingsFolder,
  loadSweepImages,
  loadTested,
} from '../../../src/main/runs/sweepEmbeddings'
import type { SweepId } from '../../../src/shared/model/ids'
import { sweepRequest, type SweepState } from '../../../src/shared/model/sweep'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'
import { type TemporaryTraining, temporaryTraining } from '../training/temporaryTraining'

let training: TemporaryTraining
let program: BuiltProgram
let comparison: ComparisonService
let labels: LabelService
let sweeps: SweepService
const told: SweepState[] = []
let onProgress: (state: SweepState) => void = () => {}

beforeAll(async () => {
  training = await temporaryTraining(16)
  program = await buildProgram(false)
  const { store, workspace } = training
  const common = { store, workspace, workersFolder: program.workersFolder }
  sweeps = createSweepService({
    ...common,
    projectFolder,
    turn: createTurn(() => 'Emoji'),
    onProgress: (state) => onProgress(state),
    onMeasured: (state) => told.push(state),
  })
  labels = createLabelService({
    store,
    events: { changed: ({ datasetId }) => comparison.changed(datasetId) },
  })
  comparison = createComparisonService({ ...common, sweeps })
}, 300_000)

afterAll(async () => {
  await comparison?.close()
  await sweeps?.close()
  await training?.dispose()
  await program?.dispose()
})

const request = v.parse(sweepRequest, {
  losses: ['triplet', 'proxyNCA'],
  training: { network: 'small', imageSizePx: 24, embeddingSize: 12, steps: 20, testShare: 0.5 },
})

async function newSweep(): Promise<SweepState & { readonly id: SweepId }> {
  const ended = new Promise<SweepState>((resolve) => {
    onProgress = (state) => {
      if (state.status !== 'running') resolve(state)
    }
  })
  await sweeps.start({ datasetId: training.datasetId, request })
  const state = await ended
  if (state.id === null || state.status !== 'finished') throw new Error(`it ${state.status}`)
  return { ...state, id: state.id }
}

const folderOf = (id: SweepId): string => join(training.workspace.sweepsFolder, String(id))
const settled = () => comparison.settled({ datasetId: training.datasetId })
const now = async (sweepId: SweepId): Promise<SweepState> => (await sweeps.state({ sweepId }))!

/** Test images of a sweep by the labels they had then. */
async function testImages({ id, stored }: SweepState) {
  const folder = embeddingsFolder(folderOf(id!), stored!.material)
  const { ids, labelIds } = await loadSweepImages(folder)
  const byLabel = new Map<number, number[]>()
  for (const row of await loadTested(folder)) {
    byLabel.set(labelIds[row]!, [...(byLabel.get(labelIds[row]!) ?? []), ids[row]!])
  }
  return [...byLabel].map(([label, images]) => ({ label, images }))
}

it('shows the figures of the labels of today, ranked by them, beside those of then', async () => {
  const { datasetId, store } = training
  const then = await newSweep()
  await settled()
  // On the same labels nothing is new, and nothing is measured twice.
  expect(told).toEqual([])
  expect(await now(then.id)).toEqual(then)

  const [one, other] = await testImages(then)
  const names = await store.labels.names(datasetId)
  const moved = Uint32Array.from(one!.images.slice(0, 3))
  await labels.assign({ datasetId, imageIds: moved, label: names.get(other!.label)! })
  await settled()
  const today = await now(then.id)
  expect(told.map(({ id }) => id)).toEqual([then.id])
  expect(today.today).toMatchObject({ isSameTest: true, changedImages: 3, missing: [] })
  const scores = today.rows.map(({ metrics }) => metrics!.mapAtR)
  expect(scores).toEqual(scores.toSorted((a, b) => b! - a!))
  for (const row of today.rows) {
    const before = then.rows.find(({ key }) => key === row.key)!
    expect(row.whenTrained).toEqual(before.metrics)
    expect(row.metrics!.mapAtR).not.toBe(before.metrics!.mapAtR)
  }
  const [first, second] = today.summary
  expect(first!.standing!.toBest).toBe('best')
  expect(second!.standing!.toBest).toMatchObject({ seeds: 1 })
  expect(today.baselines!.untrained!.mapAtR).not.toBe(then.baselines!.untrained!.mapAtR)

  // A label of the test that is merged into one that was trained is tested no more.
  const tested = new Set((await testImages(then)).map(({ label }) => label))
  const trained = [...names].find(([label]) => !tested.has(label))!
  const left = Uint32Array.from(one!.images.slice(3))
  await labels.assign({ datasetId, imageIds: left, label: trained[1] })
  await settled()
  const fewer = (await now(then.id)).today!
  expect(fewer.isSameTest).toBe(false)
  expect(fewer.testLabels).toBe(fewer.testLabelsThen - 1)

  await labels.undo({ datasetId })
  await labels.undo({ datasetId })
  await settled()
  expect((await now(then.id)).rows).toEqual(then.rows)
  await sweeps.remove({ sweepId: then.id })
})

it('says which runs have no embeddings, and ranks them after those that do', async () => {
  const then = await newSweep()
  const best = then.rows[0]!
  const folder = embeddingsFolder(folderOf(then.id), then.stored!.material)
  await rm(join(folder, `${best.key}.f32`))
  await settled()
  const today = await now(then.id)
  expect(today.today!.missing).toEqual([best.key])
  expect(today.rows.map(({ key }) => key)).toEqual([then.rows[1]!.key, best.key])
  expect(today.summary.filter(({ standing }) => standing !== undefined)).toHaveLength(1)
  await sweeps.remove({ sweepId: then.id })
})

it('leaves nothing on the disk of a sweep that is removed, or whose dataset is forgotten', async () => {
  const { sweepsFolder } = training.workspace
  const one = await newSweep()
  const files = await readdir(folderOf(one.id), { recursive: true })
  expect(files.filter((name) => name.endsWith('.f32'))).toHaveLength(3)
  expect(one.today!.bytes).toBeGreaterThan(0)
  await sweeps.remove({ sweepId: one.id })
  expect(existsSync(folderOf(one.id))).toBe(false)
  await newSweep()
  await sweeps.forget({ datasetId: training.datasetId })
  await settled()
  expect(await readdir(sweepsFolder)).toEqual([])
})
