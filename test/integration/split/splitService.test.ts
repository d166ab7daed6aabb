import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../../src/main/db/store'
import { createLabelService, type LabelService } from '../../../src/main/labels/labelService'
import { createSplitService, type SplitService } from '../../../src/main/split/splitService'
import { loadSplits } from '../../../src/main/runs/embeddingFiles'
import { runFolder } from '../../../src/main/workspace'
import type { LabelId, RunId } from '../../../src/shared/model/ids'
import type { DatasetSplit } from '../../../src/shared/model/split'
import type { TrainingRequest } from '../../../src/shared/model/training'
import { temporaryTraining, type TemporaryTraining } from '../training/temporaryTraining'

const quick: TrainingRequest = {
  network: 'small',
  imageSizePx: 24,
  embeddingSize: 8,
  steps: 4,
  backend: 'wasm',
}

let training: TemporaryTraining
let split: SplitService
let labels: LabelService
const told: number[] = []
beforeAll(async () => {
  training = await temporaryTraining(24)
  const { store } = training
  split = createSplitService({ store, changed: (event) => told.push(event.datasetId) })
  labels = createLabelService({ store })
}, 300_000)
afterAll(() => training?.dispose())

const state = (request: TrainingRequest = {}) => {
  const { split: kind, testShare, splitSeed } = request
  return split.state({
    datasetId: training.datasetId,
    request: {
      ...(kind === undefined ? {} : { split: kind }),
      ...(testShare === undefined ? {} : { testShare }),
      ...(splitSeed === undefined ? {} : { splitSeed }),
    },
  })
}
const unseen = ({ labels: rows }: DatasetSplit) =>
  rows.filter(({ side }) => side === 'unseen').map(({ labelId }) => labelId)
const plan = (request: TrainingRequest = {}) =>
  training.service().plan({ datasetId: training.datasetId, request: { ...quick, ...request } })
/** Labels of today whose images a run was tested on. */
async function testedBy(runId: RunId): Promise<readonly number[]> {
  const { ids, splits } = await loadSplits(runFolder(training.workspace, runId))
  const rows = await training.store.images.trainingRows(training.datasetId)
  const labelOf = new Map([...rows.ids].map((id, i) => [id, rows.labelIds[i]!]))
  const tested = [...ids].filter((_, i) => splits[i] === 2).map((id) => labelOf.get(id)!)
  return [...new Set(tested)].sort((a, b) => a - b)
}
const sorted = (ids: readonly number[]) => ids.toSorted((a, b) => a - b)

describe('what a dataset keeps unseen', () => {
  it('is drawn from the labels, shown, kept by the first run, and the same after a restart', async () => {
    const before = await state()
    expect(before).toMatchObject({ kind: 'byClass', seed: 1, isKept: false, isByHand: false })
    const { datasetId } = training
    const [unkept] = unseen(before)
    const other = before.labels.find(({ side }) => side === 'train')!.labelId
    expect(await split.ofMerge({ datasetId, from: [unkept!], into: other })).toEqual({
      toTraining: 0,
      toTest: 0,
    })
    expect(before.labels).toHaveLength(24)
    expect(unseen(before).length).toBeGreaterThanOrEqual(2)
    for (const row of before.labels) {
      expect(row.testCount + row.trainCount + row.leftOutCount).toBe(row.imageCount)
      expect(row.testCount > 0).toBe(row.side === 'unseen')
    }
    const made = await plan()
    expect(made.testClassCount).toBe(unseen(before).length)
    expect(made.leftOutCount).toBe(before.leftOut.length)
    expect(made.changedSideCount).toBeUndefined()
    // Another seed of the training is tested on the same labels.
    expect(unseen(await state())).toEqual(unseen(before))
    const { id, state: ended } = await training.run({ ...quick, seed: 9 })
    expect(ended.run.status).toBe('finished')
    expect(ended.run.options).toMatchObject({ seed: 9, splitSeed: 1, splitBy: 'hash' })
    expect(await testedBy(id)).toEqual(sorted(unseen(before)))
    expect(await state()).toEqual({ ...before, isKept: true })

    const again = await openStore(training.workspace.databaseFile)

    try {
      const restarted = createSplitService({ store: again })
      expect(await restarted.state({ datasetId, request: {} })).toEqual(await state())
    } finally {
      await again.close()
    }
  })

  it('stays when a label is renamed, an image relabelled, excluded, or a label is new', async () => {
    const { store, datasetId } = training
    const before = await state()
    const [first] = unseen(before)
    await labels.rename({ datasetId, labelId: first!, name: 'called otherwise' })
    expect(unseen(await state()).toSorted()).toEqual(unseen(before).toSorted())
    const rows = await store.images.trainingRows(datasetId)
    const trained = before.labels.find(({ side }) => side === 'train')!.labelId
    const ofTrained = [...rows.ids].filter((_, i) => rows.labelIds[i] === trained)
    await labels.assign({ datasetId, imageIds: Uint32Array.of(ofTrained[0]!), label: 'new one' })
    await labels.assign({ datasetId, imageIds: Uint32Array.of(ofTrained[1]!), label: 'new one' })
    await labels.setExcluded({
      datasetId,
      imageIds: Uint32Array.of(ofTrained[2]!),
      excluded: true,
    })
    const after = await state()
    const others = (at: DatasetSplit) =>
      at.labels
        .filter(({ name }) => name !== 'new one')
        .map(({ labelId, side }) => [labelId, side])
        .toSorted((a, b) => Number(a[0]) - Number(b[0]))
    expect(others(after)).toEqual(others(before))
    expect(after.labels.some(({ name }) => name === 'new one')).toBe(true)
    for (let step = 0; step < 4; step++) await labels.undo({ datasetId })
  })

  it('moves the images of a label that is merged across, and the plan counts them', async () => {
    const { datasetId } = training
    const before = await state()
    const from = before.labels.find(({ side }) => side === 'train')!
    const into = before.labels.find(({ side }) => side === 'unseen')!
    expect((await plan()).changedSideCount).toBe(0)
    expect(await split.ofMerge({ datasetId, from: [from.labelId], into: into.labelId })).toEqual({
      toTraining: 0,
      toTest: from.trainCount,
    })
    expect(await split.ofMerge({ datasetId, from: [into.labelId], into: from.labelId })).toEqual({
      toTraining: into.testCount,
      toTest: 0,
    })
    const trained = before.labels.filter(({ side }) => side === 'train')
    expect(
      await split.ofMerge({ datasetId, from: [from.labelId], into: trained[1]!.labelId }),
    ).toEqual({ toTraining: 0, toTest: 0 })
    await labels.merge({ datasetId, from: [from.labelId], into: into.labelId })
    const after = await state()
    expect(unseen(after)).toEqual(unseen(before))
    const merged = after.labels.find(({ labelId }) => labelId === into.labelId)!
    expect(merged.testCount).toBe(from.imageCount + into.imageCount)
    expect((await plan()).changedSideCount).toBe(from.trainCount)
    await labels.undo({ datasetId })
    expect((await plan()).changedSideCount).toBe(0)
  })

  it('is chosen by hand and with another seed on purpose, and goes back to the draw', async () => {
    const { datasetId } = training
    const drawn = await state()
    const wanted = drawn.labels.slice(0, 3).map(({ labelId }) => labelId)
    told.length = 0
    const chosen = await split.choose({ datasetId, request: {}, seed: 1, unseen: wanted })
    expect(told).toEqual([datasetId])
    expect(sorted(unseen(chosen))).toEqual(sorted(wanted))
    expect(chosen.isByHand).toBe(true)
    expect(chosen.labels.map(({ drawnSide }) => drawnSide)).toEqual(
      drawn.labels.map(({ side }) => side),
    )
    const { id } = await training.run(quick)
    expect(await testedBy(id)).toEqual(sorted(wanted))

    const preview = await state({ splitSeed: 5 })
    expect(preview).toMatchObject({ seed: 5, isByHand: false, isKept: false })
    const redrawn = await split.choose({ datasetId, request: {}, seed: 5, unseen: null })
    expect(unseen(redrawn)).toEqual(unseen(preview))
    expect(unseen(redrawn)).not.toEqual(unseen(drawn))
    expect((await plan()).options.splitSeed).toBe(5)
    // Back: what was chosen by hand for the first seed is there until it is taken back.
    await split.choose({ datasetId, request: {}, seed: 1, unseen: null })
    expect(await state()).toEqual(drawn)
  })

  it('refuses a choice that nothing could be tested or trained on', async () => {
    const { datasetId } = training
    const all = (await state()).labels.map(({ labelId }) => labelId)
    for (const choice of [[], all, [99_999 as LabelId]]) {
      await expect(
        split.choose({ datasetId, request: {}, seed: 1, unseen: choice }),
      ).rejects.toMatchObject({ code: 'invalidInput' })
    }
    await expect(
      split.choose({ datasetId, request: { split: 'byImage' }, seed: 1, unseen: all.slice(0, 2) }),
    ).rejects.toMatchObject({ code: 'invalidInput' })
    expect((await state()).isByHand).toBe(false)
  })

  it('is kept by image as well', async () => {
    const request: TrainingRequest = { ...quick, split: 'byImage' }
    const before = await state(request)
    expect(before).toMatchObject({ kind: 'byImage', isKept: false })
    const { state: ended } = await training.run(request)
    expect(ended.run.status).toBe('finished')
    const after = await state(request)
    expect(after).toEqual({ ...before, isKept: true })
    expect(after.labels.every(({ testCount }) => testCount >= 2)).toBe(true)
  })

  it('gives way to names of a request, which leave the dataset as it is', async () => {
    const kept = await state()
    const names = kept.labels.slice(3, 6).map(({ name }) => name)
    const { id, state: ended } = await training.run({ ...quick, unseenLabels: names })
    expect(ended.run.options.unseenLabels).toEqual(names)
    expect(await testedBy(id)).toEqual(sorted(kept.labels.slice(3, 6).map((l) => l.labelId)))
    expect(await state()).toEqual(kept)
  })

  it('of a run of an earlier version is its shuffle, and an interrupted one goes on with it', async () => {
    const { datasetId } = training
    const request: TrainingRequest = { ...quick, steps: 120, splitBy: 'shuffle', seed: 3 }
    const { id } = await training.service().start({ datasetId, request })
    await training.when(({ run, epochs }) => run.id === id && epochs.length >= 1)
    await training.restart()
    await training.service().recover()
    await training.service().resumeRun({ runId: id })
    const { state: ended } = await training.service().finished(id)
    expect(ended.error).toBeNull()
    expect(ended.run.status).toBe('finished')
    expect(ended.run.options.splitBy).toBeUndefined()
    const tested = await testedBy(id)
    expect(tested).toHaveLength(5)
  })
})
