import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatasetService, type DatasetService } from '../../../src/main/dataset/datasetService'
import { openStore, type Store } from '../../../src/main/db/store'
import { createTurn } from '../../../src/main/jobs/turn'
import { createSweepService, type SweepService } from '../../../src/main/sweep/sweepService'
import {
  createTrainingService,
  type TrainingService,
} from '../../../src/main/training/trainingService'
import { workspaceIn } from '../../../src/main/workspace'
import type { DatasetId, SweepId } from '../../../src/shared/model/ids'
import {
  requestOfRow,
  type SweepDifference,
  type SweepInput,
  sweepRequest,
  type SweepStanding,
  type SweepState,
} from '../../../src/shared/model/sweep'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

let program: BuiltProgram
let folder: string
let store: Store
let datasets: DatasetService
let sweeps: SweepService
let training: TrainingService
let datasetId: DatasetId
let listener: (state: SweepState) => void = () => {}

const workspaceOf = () => workspaceIn(join(folder, 'user data'))

function openServices(): { sweeps: SweepService; training: TrainingService } {
  const common = {
    store,
    workspace: workspaceOf(),
    workersFolder: program.workersFolder,
    projectFolder,
    turn: createTurn(() => 'Emoji'),
  }
  return {
    sweeps: createSweepService({ ...common, onProgress: (state) => listener(state) }),
    training: createTrainingService(common),
  }
}

beforeAll(async () => {
  program = await buildProgram(false)
  folder = await mkdtemp(join(tmpdir(), 'semblance-sweep-'))
  await drawEmoji(join(folder, 'emoji'), 12, 48)
  const workspace = workspaceOf()
  store = await openStore(workspace.databaseFile)
  const { workersFolder } = program
  datasets = createDatasetService({ store, workspace, workersFolder })
  const { dataset, finished } = await datasets.importFolder(join(folder, 'emoji'))
  await finished
  datasetId = dataset.id
  ;({ sweeps, training } = openServices())
}, 300_000)

afterAll(async () => {
  await sweeps?.close()
  await training?.close()
  await store?.close()
  await program?.dispose()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

const small = { network: 'small', imageSizePx: 24, embeddingSize: 12, steps: 20 } as const
const requestOf = (input: SweepInput = {}) =>
  v.parse(sweepRequest, { losses: ['triplet', 'proxyNCA'], training: small, ...input })

/** Resolves at the first state that fits. */
function when(fits: (state: SweepState) => boolean): Promise<SweepState> {
  return new Promise((resolve) => {
    listener = (state) => {
      if (!fits(state)) return
      listener = () => {}
      resolve(state)
    }
  })
}
const hasEnded = (state: SweepState): boolean => state.status !== 'running'
const ended = () => when(hasEnded)

const readTable = async (out: string) =>
  parse(await readFile(join(out, 'sweep.csv'), 'utf8'), { columns: true }) as Record<
    string,
    string
  >[]
/** Keys of the runs that the journal holds, each as often as it was trained. */
const trainedKeys = async (out: string): Promise<string[]> => {
  const text = await readFile(join(out, 'sweep-journal.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; key: string })
    .filter(({ kind }) => kind === 'finished')
    .map(({ key }) => key)
}

async function newFolder(name: string): Promise<string> {
  return mkdtemp(join(folder, `${name}-`))
}

describe('sweep service', () => {
  it('ranks every combination on one split and gives a run that can be trained again', async () => {
    const out = await newFolder('ranked')
    const request = requestOf({ seeds: 2, training: { ...small, testShare: 0.5 } })
    const sweep = await sweeps.startIn(out, { datasetId, request })
    const state = await sweep.finished
    expect(state.error).toBeNull()
    expect(state.status).toBe('finished')
    expect(state.rows).toHaveLength(4)
    expect(state.rows.every((row) => row.status === 'finished' && row.steps === 20)).toBe(true)
    const scores = state.rows.map((row) => row.metrics!.mapAtR)
    expect(scores).toEqual(scores.toSorted((a, b) => b! - a!))
    for (const { metrics } of state.rows) {
      expect(metrics!.mapAtRLow).toBeLessThanOrEqual(metrics!.mapAtR!)
      expect(metrics!.mapAtRHigh).toBeGreaterThanOrEqual(metrics!.mapAtR!)
      expect(metrics!.mapAtRHigh).toBeGreaterThan(metrics!.mapAtRLow!)
      expect(metrics!.queries).toBe(state.baselines!.untrained!.queries)
    }
    expect(state.baselines).toMatchObject({ frozen: null, closedForm: null })

    const text = await readFile(join(out, 'sweep.csv'), 'utf8')
    expect(text.split('\r\n')[0]).toBe(
      'loss,miner,distance,seed,mapAtR,mapAtRLow,mapAtRHigh,precisionAt1,rPrecision,seconds',
    )
    const table = await readTable(out)
    expect(table.map((row) => Number(row['mapAtR']))).toEqual(
      scores.map((score) => Number(score!.toPrecision(7))),
    )
    const stored = JSON.parse(await readFile(join(out, 'sweep.json'), 'utf8')) as {
      rows: { options: { seed: number } }[]
      summary: { runs: number; standing: SweepStanding }[]
    }
    // The figures of the stored embeddings are those that were measured when it trained.
    expect(state.today).toMatchObject({ isSameTest: true, changedImages: 0, missing: [] })
    expect(state.rows.filter(({ whenTrained }) => whenTrained !== undefined)).toEqual([])
    const [best, other] = stored.summary
    expect(best!.standing.toBest).toBe('best')
    const difference = other!.standing.toBest as SweepDifference
    const [high, low] = state.summary.map(({ mapAtR }) => mapAtR!.mean)
    expect(difference.mean).toBeCloseTo(low! - high!, 9)
    expect(difference).toMatchObject({ seeds: 2, over: 'labels' })
    expect(difference.low).toBeLessThan(difference.mean)
    expect(difference.high).toBeGreaterThan(difference.mean)
    expect(best!.standing.toBaseline!.mean).toBeCloseTo(
      high! - state.baselines!.untrained!.mapAtR!,
      9,
    )
    expect(stored.rows.map(({ options }) => options.seed).toSorted()).toEqual([1, 1, 2, 2])
    expect(stored.summary.map(({ runs }) => runs)).toEqual([2, 2])

    // The row of another seed than the split's: the promoted run is on the same split.
    const row = state.rows.find(({ seed }) => seed === 2)!
    const { id } = await training.start({ datasetId, request: requestOfRow(state, row) })
    const promoted = await training.finished(id)
    expect(promoted.state.run.after!.queries).toBe(row.metrics!.queries)
    // Threads of a native library may add in another order: equal but for a few ranks.
    expect(promoted.state.run.after!.mapAtR).toBeCloseTo(row.metrics!.mapAtR!, 1)
  })

  it('makes a run that fails a row with its reason, and goes on', async () => {
    const out = await newFolder('failing')
    // Weights grow four times larger in each step: a dot product overflows, an angle does not.
    const request = requestOf({
      losses: ['triplet'],
      distances: ['dot', 'default'],
      training: { ...small, steps: 40, learningRate: 10, weightDecay: 0.5 },
    })
    const state = await (await sweeps.startIn(out, { datasetId, request })).finished
    expect(state.status).toBe('finished')
    expect(state.rows.map(({ distance, status }) => [distance, status])).toEqual([
      ['euclidean', 'finished'],
      ['dot', 'failed'],
    ])
    expect(state.rows[1]!.error).toMatchObject({ code: 'trainingDiverged' })
    const [good, bad] = await readTable(out)
    expect(good).toMatchObject({ distance: 'euclidean', error: '' })
    expect(bad).toMatchObject({ loss: 'triplet', distance: 'dot', seed: '1', mapAtR: '' })
    expect(bad!['error']).toContain('no longer a number')
    expect(Object.keys(bad!).slice(0, 10)).toEqual([
      ...['loss', 'miner', 'distance', 'seed', 'mapAtR', 'mapAtRLow', 'mapAtRHigh'],
      ...['precisionAt1', 'rPrecision', 'seconds'],
    ])
    // What is known to fail is not tried again.
    const again = await (await sweeps.startIn(out, { datasetId, request })).finished
    expect(again.rows).toEqual(state.rows)
    expect(again.backend).toBeNull()
  })

  it('goes on where it was, after a cancellation and a torn journal', async () => {
    const out = await newFolder('resumed')
    const request = requestOf({ losses: ['triplet', 'proxyNCA', 'contrastive'] })
    const input = { datasetId, request }
    const first = await sweeps.startIn(out, input)
    await when((state) => state.rows.some((row) => row.status === 'finished'))
    first.cancel()
    const cancelled = await first.finished
    expect(cancelled.status).toBe('cancelled')
    const kept = cancelled.rows.filter((row) => row.status === 'finished')
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.length).toBeLessThan(3)
    expect(cancelled.rows.some((row) => row.status === 'running')).toBe(false)
    // What a power cut may leave: the beginning of a line.
    const journal = join(out, 'sweep-journal.jsonl')
    await writeFile(journal, `${await readFile(journal, 'utf8')}{"kind":"fini`)

    const state = await (await sweeps.startIn(out, input)).finished
    expect(state.status).toBe('finished')
    expect(state.baselines).toEqual(cancelled.baselines)
    for (const row of kept) {
      expect(state.rows.find(({ key }) => key === row.key)).toEqual(row)
    }
    const text = await readFile(journal, 'utf8')
    const keys = [...text.matchAll(/"kind":"finished","key":"(\w+)"/g)].map(([, key]) => key)
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(3)
    expect(await readTable(out)).toHaveLength(3)
  })

  it('uses no row of other options or other images', async () => {
    const out = await newFolder('changed')
    const input = { datasetId, request: requestOf({ losses: ['triplet'] }) }
    const before = await (await sweeps.startIn(out, input)).finished
    const other = requestOf({ losses: ['triplet'], training: { ...small, steps: 21 } })
    const otherOptions = await (await sweeps.startIn(out, { datasetId, request: other })).finished
    expect(otherOptions.rows[0]!.steps).toBe(21)
    expect(otherOptions.rows[0]!.key).not.toBe(before.rows[0]!.key)

    const label = (await store.labels.list(datasetId))[0]!
    const image = await sharp({
      create: { width: 48, height: 48, channels: 3, background: '#3366aa' },
    })
      .png()
      .toBuffer()
    await writeFile(join(folder, 'emoji', label.name, 'added.png'), image)
    await (
      await datasets.rescan({ datasetId })
    ).finished
    const after = await (await sweeps.startIn(out, input)).finished
    expect(after.rows[0]!.key).not.toBe(before.rows[0]!.key)
    expect(await trainedKeys(out)).toHaveLength(3)

    await rm(join(folder, 'emoji', label.name, 'added.png'))
    await (
      await datasets.rescan({ datasetId })
    ).finished
    const asBefore = await (await sweeps.startIn(out, input)).finished
    expect(asBefore.rows).toEqual(before.rows)
    expect(await trainedKeys(out)).toHaveLength(3)
  })

  it('keeps the sweeps of the window: listed, interrupted, resumed, removed', async () => {
    const request = requestOf({ losses: ['triplet', 'proxyNCA', 'contrastive'] })
    const started = await sweeps.start({ datasetId, request })
    const sweepId = started.id as SweepId
    await expect(training.start({ datasetId, request: small })).rejects.toMatchObject({
      code: 'trainingBusy',
      details: { kind: 'sweep', datasetId, dataset: 'Emoji' },
    })
    await expect(sweeps.start({ datasetId, request })).rejects.toMatchObject({
      code: 'trainingBusy',
    })
    await expect(sweeps.remove({ sweepId })).rejects.toMatchObject({ code: 'busy' })
    await when((state) => state.rows.some((row) => row.status === 'finished'))
    await sweeps.close()
    const left = await sweeps.state({ sweepId })
    expect(left?.status).toBe('interrupted')

    // As another start of the program finds it.
    const later = openServices()
    const [listed] = await later.sweeps.list({ datasetId })
    expect(listed).toEqual(left)
    expect(await later.sweeps.list({ datasetId: 99 as DatasetId })).toEqual([])
    const whenEnded = ended()
    await later.sweeps.resume({ sweepId })
    const state = await whenEnded
    expect(state).toMatchObject({ id: sweepId, status: 'finished', startedAt: started.startedAt })
    expect(state.rows.every((row) => row.status === 'finished')).toBe(true)
    expect(await later.sweeps.state({ sweepId })).toEqual(state)
    await later.sweeps.remove({ sweepId })
    expect(await later.sweeps.list({ datasetId })).toEqual([])
    await expect(later.sweeps.resume({ sweepId })).rejects.toMatchObject({ code: 'notFound' })
  })

  it('trains heads on features that are computed once, held against what needs no training', async () => {
    const out = await newFolder('frozen')
    const request = requestOf({
      losses: ['supCon', 'proxyNCA'],
      training: { steps: 20, embeddingSize: 16, start: 'random' },
    })
    const state = await (await sweeps.startIn(out, { datasetId, request })).finished
    expect(state.error).toBeNull()
    expect(state.rows.map(({ status }) => status)).toEqual(['finished', 'finished'])
    const { frozen, closedForm, untrained } = state.baselines!
    for (const bar of [frozen, closedForm, untrained]) expect(bar!.mapAtR).toBeGreaterThan(0.1)
    expect(new Set([frozen, closedForm, untrained].map((bar) => bar!.mapAtR)).size).toBe(3)
    // Heads from a random start are held against the analysis, or whitening with few labels.
    expect(state.baselines!.form).toBe('lda')
    expect(requestOfRow(state, state.rows[0]!).start).toBe('random')
  })

  it('names the closed form that was chosen, and asks for a trained head with it', async () => {
    const out = await newFolder('chosen')
    const request = requestOf({
      losses: ['supCon'],
      training: { steps: 20, embeddingSize: 16, testShare: 0.5 },
    })
    const state = await (await sweeps.startIn(out, { datasetId, request })).finished
    expect(state.error).toBeNull()
    expect(state.baselines!.form).toMatch(/^(whitening|analysis)$/)
    const [row] = state.rows
    const { id } = await training.start({ datasetId, request: requestOfRow(state, row!) })
    const { run } = (await training.finished(id)).state
    expect(run.kept ?? null).toBeNull()
    expect(run.after!.mapAtR).toBeCloseTo(row!.metrics!.mapAtR!, 6)
    expect(run.closedForm!.mapAtR).toBeCloseTo(state.baselines!.closedForm!.mapAtR!, 6)
  })

  it('can be removed as soon as its state says that it has ended', async () => {
    const { id } = await sweeps.start({ datasetId, request: requestOf({ losses: ['triplet'] }) })
    const sweepId = id!
    // Looks at every turn of the loop, so also at the moments between the last writes.
    for (;;) {
      const state = await sweeps.state({ sweepId })
      if (hasEnded(state!)) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect(sweeps.remove({ sweepId })).resolves.toBe(true)
    expect(await sweeps.state({ sweepId })).toBeNull()
  })
})
