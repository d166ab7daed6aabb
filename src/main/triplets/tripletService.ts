import { distanceMarginOf } from '../../core/objective/lossChoice'
import type { UndoState } from '../../shared/contract/labels'
import { AppError } from '../../shared/errors'
import type { DatasetId, QueueId, RunId, TripletId, VerdictId } from '../../shared/model/ids'
import {
  type JudgedPage,
  type ReviewCounts,
  reviewLength,
  type ReviewQueue,
  type ReviewTier,
  type ReviewTriplet,
  type Verdict,
} from '../../shared/model/triplets'
import type { Transaction } from '../db/connection'
import type { StoredRun } from '../db/repositories/runRepository'
import type { Store } from '../db/store'
import type { PlannedChange } from '../labels/changeLog'
import type { LabelService } from '../labels/labelService'
import { planAssignment, planExclusion, planMerge } from '../labels/plannedChanges'
import { reviewGroups } from './reviewGroups'
import { distinctPairs, reviewOrder, tierOf } from './reviewOrder'
import { planTakeBack } from './takeBack'

export interface TripletServiceOptions {
  readonly store: Store
  readonly labels: Pick<LabelService, 'changes'>
}

interface OfTier {
  readonly runId: RunId
  readonly tier: ReviewTier
}

export interface TripletService {
  queue(input: OfTier): Promise<ReviewQueue>
  renew(input: OfTier): Promise<ReviewQueue>
  place(input: { readonly queueId: QueueId; readonly place: number }): Promise<true>
  counts(input: { readonly runId: RunId }): Promise<ReviewCounts>
  hardest(input: {
    readonly runId: RunId
    readonly limit: number
  }): Promise<readonly ReviewTriplet[]>
  /** What the person says and what follows from it, as one step of undo. */
  give(input: { readonly tripletId: TripletId; readonly verdict: Verdict }): Promise<UndoState>
  judged(input: {
    readonly datasetId: DatasetId
    readonly offset: number
    readonly limit: number
  }): Promise<JudgedPage>
  /** @throws AppError notFound where it was taken back before */
  takeBack(input: { readonly verdictId: VerdictId }): Promise<UndoState>
}

export function createTripletService({ store, labels }: TripletServiceOptions): TripletService {
  const runOf = async (runId: RunId): Promise<StoredRun> => {
    const run = await store.runs.find(runId)
    if (run !== undefined) return run
    throw new AppError('notFound', 'That run is no longer there.', { runId })
  }
  const marginOf = (run: StoredRun): number | null => distanceMarginOf(run.summary.options.loss)

  /** What a review of the tier may ask, hardest first. */
  const candidatesOf = async (run: StoredRun, tier: ReviewTier) => {
    const { open } = await store.triplets.candidates(run.summary.id)
    const margin = marginOf(run)
    return distinctPairs(open).filter((candidate) => tierOf(candidate, margin) === tier)
  }

  const read = async (run: StoredRun, tier: ReviewTier): Promise<ReviewQueue> => {
    const runId = run.summary.id
    const stored = await store.reviews.open(runId, tier)
    const triplets = stored === undefined ? [] : await store.triplets.ofQueue(stored.id)
    const items = stored === undefined ? [] : await store.reviews.items(stored.id)
    const held = new Set(items.map(({ tripletId }) => tripletId))
    const further = (await candidatesOf(run, tier)).filter(({ id }) => !held.has(id))
    const margin = marginOf(run)
    return {
      id: stored?.id ?? null,
      runId,
      tier,
      triplets,
      groups: reviewGroups(items, further, await store.labels.names(run.datasetId)),
      cursor: Math.min(stored?.cursor ?? 0, Math.max(0, triplets.length - 1)),
      margin: margin !== null && margin > 0 ? margin : null,
      distance: run.summary.options.distance,
      waiting: further.length,
    }
  }

  const open = async (run: StoredRun, tier: ReviewTier): Promise<void> => {
    const items = reviewOrder(await candidatesOf(run, tier), reviewLength)
    if (items.length === 0) return
    const rows = items.map(({ id, anchorLabelId, negativeLabelId }) => ({
      tripletId: id,
      anchorLabelId,
      negativeLabelId,
    }))
    await store.reviews.create(run.summary.id, tier, rows, Date.now())
  }

  /** One after another: two windows' calls must not open two queues. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  return {
    queue: ({ runId, tier }) =>
      inTurn(async () => {
        const run = await runOf(runId)
        const known = await read(run, tier)
        if (known.triplets.length > 0 || known.waiting === 0) return known
        await open(run, tier)
        return read(run, tier)
      }),

    renew: ({ runId, tier }) =>
      inTurn(async () => {
        const run = await runOf(runId)
        await open(run, tier)
        return read(run, tier)
      }),

    async place({ queueId, place }) {
      await store.reviews.setCursor(queueId, place)
      return true
    },

    async counts({ runId }) {
      const run = await runOf(runId)
      const { open: candidates, judged } = await store.triplets.candidates(runId)
      const margin = marginOf(run)
      const tiers = { violations: 0, insideMargin: 0, rest: 0 }
      for (const candidate of distinctPairs(candidates)) tiers[tierOf(candidate, margin)]++
      return { tiers, judged, mining: await store.triplets.mining(runId) }
    },

    hardest: ({ runId, limit }) => store.triplets.hardest(runId, limit),

    async give({ tripletId, verdict }) {
      const triplet = await store.triplets.find(tripletId)
      if (triplet === undefined) {
        throw new AppError('notFound', 'That triplet is no longer there.', { tripletId })
      }
      const { datasetId } = await runOf(triplet.runId)
      return labels.changes.record(datasetId, 'verdict', async (transaction) => {
        // Read again: a verdict given a moment ago may have changed its labels.
        const current = (await store.triplets.find(tripletId, transaction)) ?? triplet
        const planned = await consequence(store, transaction, datasetId, current, verdict)
        const imageIds = [current.anchor, current.positive, current.negative]
        const content = await store.verdicts.contentOf(transaction, imageIds)
        const names = await store.labels.names(datasetId)
        const nameOf = (labelId: number | null) => (labelId && names.get(labelId)) || null
        return {
          images: planned?.images ?? { ids: new Uint32Array(0) },
          detail: {
            ...(planned?.detail ?? { label: null }),
            verdict: {
              tripletId,
              runId: current.runId,
              before: current.verdict,
              after: verdict,
              imageIds,
              ...(content === null ? {} : { content }),
              labels: [
                nameOf(current.anchorLabelId),
                nameOf(current.positiveLabelId),
                nameOf(current.negativeLabelId),
              ],
            },
          },
        }
      })
    },

    async judged({ datasetId, offset, limit }) {
      return {
        judged: await store.verdicts.list(datasetId, offset, limit),
        total: await store.verdicts.count(datasetId),
      }
    },

    async takeBack({ verdictId }) {
      const known = await store.verdicts.find(verdictId)
      const gone = () =>
        new AppError('notFound', 'That verdict was taken back already.', { verdictId })
      if (known === undefined) throw gone()
      return labels.changes.record(known.datasetId, 'verdict', async (transaction) => {
        const current = await store.verdicts.find(verdictId, transaction)
        if (current === undefined) throw gone()
        return planTakeBack(store, transaction, current)
      })
    },
  }
}

/** The change of labels or exclusions that a verdict asks for; null where it asks for none. */
async function consequence(
  store: Store,
  transaction: Transaction,
  datasetId: DatasetId,
  triplet: ReviewTriplet,
  verdict: Verdict,
): Promise<PlannedChange | null> {
  const image = (which: 'anchor' | 'positive' | 'negative') => Uint32Array.of(triplet[which])
  switch (verdict.kind) {
    case 'fine':
      return null
    case 'mislabelled': {
      const ids = image(verdict.which)
      return planAssignment(store, transaction, datasetId, ids, verdict.label)
    }
    case 'exclude':
      return planExclusion(store, transaction, datasetId, image(verdict.which), true)
    case 'sameThing': {
      const { anchorLabelId, negativeLabelId } = triplet
      if (anchorLabelId === null || negativeLabelId === null) return null
      const [from, stays] =
        verdict.stays === 'negative'
          ? [anchorLabelId, negativeLabelId]
          : [negativeLabelId, anchorLabelId]
      const into = await store.labels.find(stays, transaction)
      return into === undefined ? null : planMerge(store, transaction, [from], into)
    }
  }
}
