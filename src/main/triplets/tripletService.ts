import type { UndoState } from '../../shared/contract/labels'
import { AppError } from '../../shared/errors'
import type { DatasetId, RunId, TripletId } from '../../shared/model/ids'
import type { ReviewQueue, ReviewTriplet, Verdict } from '../../shared/model/triplets'
import type { Transaction } from '../db/connection'
import type { Store } from '../db/store'
import type { PlannedChange } from '../labels/changeLog'
import type { LabelService } from '../labels/labelService'
import { planAssignment, planExclusion, planMerge } from '../labels/plannedChanges'

export interface TripletServiceOptions {
  readonly store: Store
  readonly labels: Pick<LabelService, 'changes'>
}

export interface TripletService {
  queue(input: {
    readonly runId: RunId
    readonly offset: number
    readonly limit: number
  }): Promise<ReviewQueue>
  /** What the person says and what follows from it, as one step of undo. */
  give(input: { readonly tripletId: TripletId; readonly verdict: Verdict }): Promise<UndoState>
}

export function createTripletService({ store, labels }: TripletServiceOptions): TripletService {
  return {
    async queue({ runId, offset, limit }) {
      const run = await store.runs.find(runId)
      if (run === undefined)
        throw new AppError('notFound', 'That run is no longer there.', { runId })
      const { loss, distance } = run.summary.options
      const { margin } = loss.options
      return {
        runId,
        ...(await store.triplets.page(runId, offset, limit)),
        margin: typeof margin === 'number' ? margin : null,
        distance,
      }
    },

    async give({ tripletId, verdict }) {
      const triplet = await store.triplets.find(tripletId)
      const run = triplet === undefined ? undefined : await store.runs.find(triplet.runId)
      if (triplet === undefined || run === undefined) {
        throw new AppError('notFound', 'That triplet is no longer there.', { tripletId })
      }
      const { datasetId } = run
      return labels.changes.record(datasetId, 'verdict', async (transaction) => {
        // Read again: a verdict given a moment ago may have changed its labels.
        const current = (await store.triplets.find(tripletId, transaction)) ?? triplet
        const planned = await consequence(store, transaction, datasetId, current, verdict)
        return {
          images: planned?.images ?? { ids: new Uint32Array(0) },
          detail: {
            ...(planned?.detail ?? { label: null }),
            verdict: {
              tripletId,
              runId: current.runId,
              before: current.verdict,
              after: verdict,
              imageIds: [current.anchor, current.positive, current.negative],
            },
          },
        }
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
      const into = await store.labels.find(anchorLabelId, transaction)
      return into === undefined ? null : planMerge(store, transaction, negativeLabelId, into)
    }
  }
}
