import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MinedTriplet } from '../../../src/main/db/repositories/tripletRepository'
import { createLabelService, type LabelService } from '../../../src/main/labels/labelService'
import {
  createTripletService,
  type TripletService,
} from '../../../src/main/triplets/tripletService'
import type { DatasetId, RunId, TripletId } from '../../../src/shared/model/ids'
import type { TrainingOptions } from '../../../src/shared/model/training'
import type { Verdict } from '../../../src/shared/model/triplets'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

let temporary: TemporaryStore
let datasetId: DatasetId
let runId: RunId
let ids: Map<string, number>
let labels: LabelService
let triplets: TripletService
let told: number[]

const options = {
  loss: { name: 'triplet', options: { margin: 0.2 } },
  distance: 'euclidean',
} as unknown as TrainingOptions

beforeEach(async () => {
  temporary = await temporaryStore()
  const paths = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1']
  const added = await addImages(
    temporary.store,
    '/pictures',
    paths.map((path) => ({ path, label: path.slice(0, 1) })),
  )
  ;({ datasetId } = added)
  ids = added.idOf
  told = []
  runId = await temporary.store.runs.create(datasetId, options, 1)
  labels = createLabelService({
    store: temporary.store,
    events: { verdictChanged: (change) => told.push(change.runId) },
  })
  triplets = createTripletService({ store: temporary.store, labels })
  await temporary.store.triplets.save(runId, [
    mined('a/1', 'a/2', 'b/1', { loss: 0.1 }),
    mined('a/2', 'a/3', 'b/1', { loss: 0.5 }),
    mined('a/1', 'a/3', 'c/1', { loss: 0.3, times: 4 }),
  ])
})
afterEach(() => temporary.dispose())

function mined(
  anchor: string,
  positive: string,
  negative: string,
  {
    loss = 0.1,
    times = 1,
    positiveDistance = null,
    negativeDistance = null,
  }: {
    loss?: number
    times?: number
    positiveDistance?: number | null
    negativeDistance?: number | null
  },
): MinedTriplet {
  return {
    anchor: ids.get(anchor)!,
    positive: ids.get(positive)!,
    negative: ids.get(negative)!,
    epoch: 2,
    step: 30,
    timesMined: times,
    minedPositiveDistance: 1,
    minedNegativeDistance: 0.9,
    minedLoss: loss,
    positiveDistance,
    negativeDistance,
  }
}

const pathOf = (id: number) => [...ids].find(([, other]) => other === id)![0]
async function queue(offset = 0, limit = 200) {
  const found = await triplets.queue({ runId, offset, limit })
  return {
    ...found,
    names: found.triplets.map(
      (triplet) =>
        [triplet.anchor, triplet.positive, triplet.negative].map(pathOf).join(' ') +
        (triplet.verdict === null ? '' : ` ${triplet.verdict.kind}`),
    ),
  }
}
async function idOf(names: string): Promise<TripletId> {
  const found = await queue()
  return found.triplets[found.names.findIndex((name) => name.startsWith(names))]!.id
}
const labelOf = async (path: string) => {
  const rows = await temporary.store.images.trainingRows(datasetId)
  const names = await temporary.store.labels.names(datasetId)
  return names.get(rows.labelIds[rows.relativePaths.indexOf(path)]!) ?? null
}

describe('the queue', () => {
  it('is worst first by loss and times mined while there is no saved embedding', async () => {
    const found = await queue()
    expect(found.names).toEqual(['a/1 a/3 c/1', 'a/2 a/3 b/1', 'a/1 a/2 b/1'])
    expect(found).toMatchObject({
      total: 3,
      reviewed: 0,
      corrections: 0,
      margin: 0.2,
      distance: 'euclidean',
    })
    expect((await queue(1, 1)).names).toEqual(['a/2 a/3 b/1'])
  })

  it('is worst first by violation in the saved embedding, verdicts kept', async () => {
    await triplets.give({ tripletId: await idOf('a/1 a/3 c/1'), verdict: { kind: 'fine' } })
    await temporary.store.triplets.replace(runId, [
      mined('a/1', 'a/2', 'b/1', { positiveDistance: 0.9, negativeDistance: 0.2 }),
      mined('a/1', 'a/3', 'c/1', { positiveDistance: 2, negativeDistance: 0.1 }),
      mined('a/1', 'a/3', 'b/2', { positiveDistance: 0.9, negativeDistance: 0.6 }),
    ])
    expect((await queue()).names).toEqual(['a/1 a/2 b/1', 'a/1 a/3 b/2', 'a/1 a/3 c/1 fine'])
  })

  it('leaves out what a correction has settled', async () => {
    await labels.assign({ datasetId, imageIds: Uint32Array.of(ids.get('b/1')!), label: 'a' })
    expect((await queue()).names).toEqual(['a/1 a/3 c/1'])
    await labels.setExcluded({
      datasetId,
      imageIds: Uint32Array.of(ids.get('c/1')!),
      excluded: true,
    })
    expect((await queue()).total).toBe(0)
    await labels.undo({ datasetId })
    await labels.undo({ datasetId })
    expect((await queue()).total).toBe(3)
  })

  it('passes over triplets of images that are gone', async () => {
    await temporary.store.triplets.save(runId, [
      { ...mined('a/1', 'a/2', 'c/1', {}), negative: 9999 },
    ])
    expect((await queue()).total).toBe(3)
  })
})

describe('a verdict', () => {
  const cases: [Verdict, (name: string) => Promise<unknown>, unknown][] = [
    [{ kind: 'mislabelled', which: 'negative', label: 'a' }, () => labelOf('b/1'), 'a'],
    [{ kind: 'mislabelled', which: 'anchor', label: 'new' }, () => labelOf('a/2'), 'new'],
    [{ kind: 'sameThing' }, () => labelOf('b/2'), 'a'],
    [
      { kind: 'exclude', which: 'positive' },
      async () =>
        [
          ...(await temporary.store.images.columns(datasetId, { excluded: 'only' }, 'path')).ids,
        ].map(pathOf),
      ['a/3'],
    ],
  ]
  it.each(cases)(
    '%j changes labels as one step that undo takes back',
    async (verdict, read, now) => {
      const before = await read('')
      const tripletId = await idOf('a/2 a/3 b/1')
      const state = await triplets.give({ tripletId, verdict })
      expect(state.undo?.kind).toBe('verdict')
      expect(await read('')).toEqual(now)
      expect(await queue()).toMatchObject({ reviewed: 1, corrections: 1 })
      expect((await queue()).names.at(-1)).toBe(`a/2 a/3 b/1 ${verdict.kind}`)
      labels = createLabelService({
        store: temporary.store,
        events: { verdictChanged: (change) => told.push(change.runId) },
      })
      await labels.undo({ datasetId })
      expect(await read('')).toEqual(before)
      expect(await queue()).toMatchObject({ reviewed: 0, corrections: 0, total: 3 })
      await labels.redo({ datasetId })
      expect(await read('')).toEqual(now)
      expect((await queue()).reviewed).toBe(1)
      expect(told).toEqual([runId, runId, runId])
    },
  )

  it('of fine changes nothing else and can be given anew', async () => {
    const tripletId = await idOf('a/1 a/2 b/1')
    await triplets.give({ tripletId, verdict: { kind: 'fine' } })
    expect(await queue()).toMatchObject({ reviewed: 1, corrections: 0 })
    await triplets.give({ tripletId, verdict: { kind: 'exclude', which: 'negative' } })
    expect(await queue()).toMatchObject({ reviewed: 1, corrections: 1 })
    await labels.undo({ datasetId })
    expect((await temporary.store.triplets.find(tripletId))?.verdict).toEqual({ kind: 'fine' })
    const { history } = {
      history: await temporary.store.journal.stepsOf(datasetId, ids.get('a/2')!, 10),
    }
    expect(history).toHaveLength(2)
  })

  it('of a triplet that is gone is refused', async () => {
    await expect(
      triplets.give({ tripletId: 999 as TripletId, verdict: { kind: 'fine' } }),
    ).rejects.toMatchObject({ code: 'notFound' })
  })
})
