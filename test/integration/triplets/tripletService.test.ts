import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MinedTriplet } from '../../../src/main/db/repositories/tripletRepository'
import { createLabelService, type LabelService } from '../../../src/main/labels/labelService'
import {
  createTripletService,
  type TripletService,
} from '../../../src/main/triplets/tripletService'
import { imageFlag } from '../../../src/shared/model/dataset'
import type { DatasetId, RunId, TripletId } from '../../../src/shared/model/ids'
import type { TrainingOptions } from '../../../src/shared/model/training'
import type { ReviewTier, Verdict } from '../../../src/shared/model/triplets'
import type { TripletsChange } from '../../../src/shared/contract/triplets'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

let temporary: TemporaryStore
let datasetId: DatasetId
let runId: RunId
let ids: Map<string, number>
let labels: LabelService
let triplets: TripletService
let told: TripletsChange[]

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
    events: { verdictChanged: (change) => told.push(change) },
  })
  triplets = createTripletService({ store: temporary.store, labels })
  await temporary.store.triplets.save(runId, [
    mined('a/1', 'a/2', 'b/1', { far: 1, near: 0.9 }),
    mined('a/2', 'a/3', 'b/1', { far: 1, near: 0.5 }),
    mined('a/1', 'a/3', 'c/1', { far: 1, near: 0.7 }),
    mined('a/3', 'a/1', 'c/1', { far: 1, near: 1.1 }),
    mined('a/3', 'a/1', 'b/2', { far: 1, near: 1.5 }),
  ])
})
afterEach(() => temporary.dispose())

function mined(
  anchor: string,
  positive: string,
  negative: string,
  { far, near, saved }: { far: number; near: number; saved?: readonly [number, number] },
): MinedTriplet {
  return {
    anchor: ids.get(anchor)!,
    positive: ids.get(positive)!,
    negative: ids.get(negative)!,
    epoch: 2,
    step: 30,
    timesMined: 1,
    minedPositiveDistance: far,
    minedNegativeDistance: near,
    minedLoss: Math.max(0, far - near + 0.2),
    positiveDistance: saved?.[0] ?? null,
    negativeDistance: saved?.[1] ?? null,
  }
}

const pathOf = (id: number) => [...ids].find(([, other]) => other === id)![0]
async function queue(tier: ReviewTier = 'violations', run = runId) {
  const found = await triplets.queue({ runId: run, tier })
  return {
    ...found,
    names: found.triplets.map(
      (triplet) =>
        [triplet.anchor, triplet.positive, triplet.negative].map(pathOf).join(' ') +
        (triplet.verdict === null ? '' : ` ${triplet.verdict.kind}`) +
        (triplet.isSettled ? ' settled' : ''),
    ),
  }
}
const violations = ['a/2 a/3 b/1', 'a/1 a/3 c/1', 'a/1 a/2 b/1']
async function idOf(names: string): Promise<TripletId> {
  const all = await temporary.store.triplets.all(runId)
  const name = (t: (typeof all)[number]) => [t.anchor, t.positive, t.negative].map(pathOf).join(' ')
  return all.find((triplet) => name(triplet) === names)!.id
}
const give = async (names: string, verdict: Verdict) =>
  triplets.give({ tripletId: await idOf(names), verdict })
const labelOf = async (path: string) => {
  const rows = await temporary.store.images.trainingRows(datasetId)
  const names = await temporary.store.labels.names(datasetId)
  return names.get(rows.labelIds[rows.relativePaths.indexOf(path)]!) ?? null
}
const restart = async () => {
  const store = await temporary.reopen()
  labels = createLabelService({ store, events: { verdictChanged: (change) => told.push(change) } })
  triplets = createTripletService({ store, labels })
}

describe('triplets that are equally hard', () => {
  it('come in the same order whenever each of them was first stored', async () => {
    const { store } = temporary
    const equals = [
      mined('a/1', 'a/2', 'b/2', { far: 2, near: 1 }),
      mined('a/2', 'a/1', 'b/2', { far: 2, near: 1 }),
      mined('a/3', 'a/2', 'c/1', { far: 2, near: 1 }),
    ]
    const orders = [equals, [equals[2]!, equals[0]!, equals[1]!], [...equals].reverse()]
    const seen: unknown[] = []
    for (const order of orders) {
      const run = await store.runs.create(datasetId, options, 1)
      for (const triplet of order) await store.triplets.save(run, [triplet])
      const namesOf = (found: readonly { anchor: number }[]) =>
        found.map(({ anchor }) => pathOf(anchor))
      seen.push([
        namesOf(await store.triplets.all(run)),
        namesOf(await store.triplets.hardest(run, 10)),
        namesOf((await store.triplets.candidates(run)).open),
      ])
    }
    expect(seen[0]).toEqual([
      ['a/1', 'a/2', 'a/3'],
      ['a/1', 'a/2', 'a/3'],
      ['a/1', 'a/2', 'a/3'],
    ])
    expect(seen).toEqual([seen[0], seen[0], seen[0]])
  })
})

describe('the queue', () => {
  it('asks violations alone, one of each pair of labels first', async () => {
    const found = await queue()
    expect(found.names).toEqual(violations)
    expect(found).toMatchObject({ margin: 0.2, distance: 'euclidean', cursor: 0, waiting: 0 })
    expect(found.groups.map(({ names, places, further }) => [names, places, further])).toEqual([
      [['a', 'b'], [0, 2], 0],
      [['a', 'c'], [1], 0],
    ])
    expect((await queue('insideMargin')).names).toEqual(['a/3 a/1 c/1'])
    expect((await queue('rest')).names).toEqual(['a/3 a/1 b/2'])
    expect(await triplets.counts({ runId })).toEqual({
      tiers: { violations: 3, insideMargin: 1, rest: 1 },
      judged: 0,
      mining: null,
    })
  })

  it('goes by the saved embedding as soon as there is one', async () => {
    await temporary.store.triplets.replace(
      runId,
      [
        mined('a/1', 'a/2', 'b/1', { far: 1, near: 0.9, saved: [0.5, 0.1] }),
        mined('a/2', 'a/3', 'b/1', { far: 1, near: 0.5, saved: [0.5, 0.9] }),
        mined('a/1', 'a/3', 'c/1', { far: 1, near: 0.7, saved: [0.5, 0.4] }),
      ],
      { anchors: 3, images: 6 },
    )
    expect((await queue()).names).toEqual(['a/1 a/2 b/1', 'a/1 a/3 c/1'])
    expect((await triplets.counts({ runId })).mining).toEqual({ anchors: 3, images: 6 })
  })

  it('stays the set that it was while mining goes on, and offers another', async () => {
    const before = await queue()
    await triplets.place({ queueId: before.id!, place: 2 })
    await temporary.store.triplets.replace(runId, [
      mined('a/1', 'a/2', 'b/1', { far: 2, near: 0.1 }),
      mined('a/2', 'a/1', 'c/1', { far: 2, near: 0.05 }),
    ])
    const after = await queue()
    expect(after).toMatchObject({ id: before.id, names: violations, cursor: 2, waiting: 1 })
    expect(after.triplets.map(({ id }) => id)).toEqual(before.triplets.map(({ id }) => id))
    expect(after.triplets[2]).toMatchObject({ minedPositiveDistance: 2 })
    const renewed = await triplets.renew({ runId, tier: 'violations' })
    expect(renewed.id).not.toBe(before.id)
    expect((await queue()).names[0]).toBe('a/2 a/1 c/1')
    expect(renewed.waiting).toBe(0)
    await temporary.store.triplets.replace(runId, [
      mined('a/1', 'a/2', 'b/1', { far: 2, near: 0.1 }),
    ])
    expect((await queue()).names).toContain('a/2 a/1 c/1')
  })

  it('keeps ids through an update, and forgets what is gone', async () => {
    const kept = await idOf('a/1 a/2 b/1')
    await temporary.store.triplets.replace(runId, [
      mined('a/1', 'a/2', 'b/1', { far: 2, near: 0.1 }),
    ])
    const all = await temporary.store.triplets.all(runId)
    expect(all.map(({ id }) => id)).toEqual([kept])
  })

  it('survives a restart with place and verdicts', async () => {
    const { id } = await queue()
    await give('a/1 a/3 c/1', { kind: 'fine' })
    await triplets.place({ queueId: id!, place: 2 })
    await restart()
    expect(await queue()).toMatchObject({
      id,
      cursor: 2,
      names: ['a/2 a/3 b/1', 'a/1 a/3 c/1 fine', 'a/1 a/2 b/1'],
    })
  })

  it('counts what a correction has settled as done, and leaves it out of another', async () => {
    await queue()
    await give('a/2 a/3 b/1', { kind: 'mislabelled', which: 'negative', label: 'a' })
    expect((await queue()).names).toEqual([
      'a/2 a/3 b/1 mislabelled settled',
      'a/1 a/3 c/1',
      'a/1 a/2 b/1 settled',
    ])
    expect((await triplets.counts({ runId })).tiers.violations).toBe(1)
    await labels.setExcluded({
      datasetId,
      imageIds: Uint32Array.of(ids.get('c/1')!),
      excluded: true,
    })
    expect((await triplets.counts({ runId })).tiers).toMatchObject({ violations: 0 })
    await triplets.renew({ runId, tier: 'violations' })
    expect((await queue()).triplets.every((triplet) => triplet.isSettled)).toBe(true)
  })

  it('asks each two images once, whichever is the anchor', async () => {
    await temporary.store.triplets.replace(runId, [
      mined('a/1', 'a/2', 'b/1', { far: 1, near: 0.9 }),
      mined('b/1', 'b/2', 'a/1', { far: 1, near: 0.2 }),
      mined('a/1', 'a/3', 'b/1', { far: 1, near: 0.8 }),
    ])
    expect((await queue()).names).toEqual(['b/1 b/2 a/1'])
  })

  it('passes over triplets of images that are gone, and is empty where there is nothing', async () => {
    const other = await temporary.store.runs.create(datasetId, options, 2)
    await temporary.store.triplets.save(other, [
      { ...mined('a/1', 'a/2', 'c/1', { far: 1, near: 0.1 }), negative: 9999 },
    ])
    expect(await queue('violations', other)).toMatchObject({ id: null, names: [], waiting: 0 })
  })
})

describe('a verdict', () => {
  const cases: [Verdict, (name: string) => Promise<unknown>, unknown][] = [
    [{ kind: 'mislabelled', which: 'negative', label: 'a' }, () => labelOf('b/1'), 'a'],
    [{ kind: 'mislabelled', which: 'anchor', label: 'new' }, () => labelOf('a/2'), 'new'],
    [{ kind: 'sameThing' }, () => labelOf('b/2'), 'a'],
    [{ kind: 'sameThing', stays: 'negative' }, () => labelOf('a/1'), 'b'],
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
      const { id } = await queue()
      const state = await give('a/2 a/3 b/1', verdict)
      expect(state.undo?.kind).toBe('verdict')
      expect(await read('')).toEqual(now)
      expect((await queue()).names[0]).toMatch(`a/2 a/3 b/1 ${verdict.kind}`)
      await triplets.place({ queueId: id!, place: 1 })
      await restart()
      await labels.undo({ datasetId })
      expect(await read('')).toEqual(before)
      expect(await queue()).toMatchObject({ names: violations, cursor: 0 })
      await labels.redo({ datasetId })
      expect(await read('')).toEqual(now)
      expect((await queue()).names[0]).toMatch(`a/2 a/3 b/1 ${verdict.kind}`)
      const back = { runId: null, reason: 'verdict', backTo: await idOf('a/2 a/3 b/1') }
      expect(told).toEqual([{ ...back, backTo: null }, back, { ...back, backTo: null }])
    },
  )

  it.each(cases)('%j is taken back from the list with what it changed', async (...given) => {
    const [verdict, read, now] = given
    const before = await read('')
    await give('a/2 a/3 b/1', verdict)
    const { judged, total } = await triplets.judged({ datasetId, offset: 0, limit: 10 })
    expect(total).toBe(1)
    expect(judged[0]).toMatchObject({ verdict, labels: ['a', 'a', 'b'] })
    expect(pathOf(judged[0]!.anchor!)).toBe('a/2')
    const verdictId = judged[0]!.id
    await restart()
    await triplets.takeBack({ verdictId })
    expect(await read('')).toEqual(before)
    expect((await queue()).names).toEqual(violations)
    expect((await triplets.judged({ datasetId, offset: 0, limit: 10 })).total).toBe(0)
    await expect(triplets.takeBack({ verdictId })).rejects.toMatchObject({ code: 'notFound' })
    await labels.undo({ datasetId })
    expect(await read('')).toEqual(now)
    expect((await triplets.judged({ datasetId, offset: 0, limit: 10 })).total).toBe(1)
  })

  it('that merged two labels is taken back for the imports as well', async () => {
    const importNames = async () => [
      ...(await temporary.store.labels.importNames(datasetId)).values(),
    ]
    const before = await importNames()
    await give('a/2 a/3 b/1', { kind: 'sameThing' })
    expect(await importNames()).not.toEqual(before)
    const { judged } = await triplets.judged({ datasetId, offset: 0, limit: 10 })
    await triplets.takeBack({ verdictId: judged[0]!.id })
    expect(await importNames()).toEqual(before)
    await labels.undo({ datasetId })
    expect(await importNames()).not.toEqual(before)
  })

  it('leaves a label alone that was changed once more since', async () => {
    await give('a/2 a/3 b/1', { kind: 'mislabelled', which: 'negative', label: 'a' })
    await labels.assign({ datasetId, imageIds: Uint32Array.of(ids.get('b/1')!), label: 'later' })
    const { judged } = await triplets.judged({ datasetId, offset: 0, limit: 10 })
    await triplets.takeBack({ verdictId: judged[0]!.id })
    expect(await labelOf('b/1')).toBe('later')
  })

  it('of fine changes nothing else and can be given anew', async () => {
    await give('a/1 a/2 b/1', { kind: 'fine' })
    await give('a/1 a/2 b/1', { kind: 'exclude', which: 'negative' })
    await labels.undo({ datasetId })
    const triplet = await temporary.store.triplets.find(await idOf('a/1 a/2 b/1'))
    expect(triplet?.verdict).toEqual({ kind: 'fine' })
    const history = await temporary.store.journal.stepsOf(datasetId, ids.get('a/2')!, 10)
    expect(history).toHaveLength(2)
  })

  it('stays with the images: neither a later run nor one after a move asks it again', async () => {
    await give('a/1 a/2 b/1', { kind: 'fine' })
    await give('a/1 a/3 c/1', { kind: 'fine' })
    const { store } = temporary
    await store.database.run(
      "UPDATE image SET relative_path = 'moved/' || relative_path, modified_at = 3",
    )
    const later = await store.runs.create(datasetId, options, 2)
    await store.triplets.save(later, [
      mined('a/1', 'a/2', 'b/1', { far: 1, near: 0.2 }),
      mined('a/2', 'a/3', 'b/1', { far: 1, near: 0.3 }),
      // The same two images, seen from the other one and beside another positive.
      mined('b/1', 'b/2', 'a/1', { far: 1, near: 0.1 }),
      mined('a/1', 'a/2', 'c/1', { far: 1, near: 0.1 }),
    ])
    expect((await queue('violations', later)).names).toEqual(['a/2 a/3 b/1'])
    expect(await triplets.counts({ runId: later })).toMatchObject({ judged: 3 })
    await labels.undo({ datasetId })
    expect((await triplets.counts({ runId: later })).judged).toBe(2)
  })

  it('of a triplet that is gone is refused', async () => {
    await expect(
      triplets.give({ tripletId: 999 as TripletId, verdict: { kind: 'fine' } }),
    ).rejects.toMatchObject({ code: 'notFound' })
  })
})

describe('images among the hardest', () => {
  it('are few, and those of violations in the newest embedding', async () => {
    const { store } = temporary
    const hard = async () => {
      const { ids: all, flags } = await store.images.columns(datasetId, {}, 'path')
      return [...all].filter((_, row) => (flags[row]! & imageFlag.hard) !== 0).map(pathOf)
    }
    expect(await hard()).toEqual([])
    await store.triplets.replace(runId, [
      mined('a/1', 'a/2', 'b/1', { far: 1, near: 0.9, saved: [0.5, 0.1] }),
      mined('a/1', 'a/3', 'c/1', { far: 1, near: 0.7, saved: [0.5, 0.6] }),
    ])
    await store.runs.update(runId, { hasEmbeddings: true })
    // 3 % of six images is one.
    expect(await hard()).toEqual(['a/1'])
    await give('a/1 a/2 b/1', { kind: 'fine' })
    expect(await hard()).toEqual([])
  })
})
