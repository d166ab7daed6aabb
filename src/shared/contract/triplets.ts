import * as v from 'valibot'
import {
  datasetId,
  queueId,
  runId,
  type RunId,
  tripletId,
  type TripletId,
  verdictId,
} from '../model/ids'
import {
  type JudgedPage,
  type ReviewCounts,
  type ReviewQueue,
  reviewTiers,
  type ReviewTriplet,
  verdict,
} from '../model/triplets'
import { call, event } from '../rpc'
import type { UndoState } from './labels'

const tier = v.picklist(reviewTiers)
const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000))

/** Why triplets have to be looked at again. */
export interface TripletsChange {
  /** null: verdicts that may show in any run. */
  readonly runId: RunId | null
  readonly reason: 'mined' | 'verdict'
  /** The triplet whose verdict was undone: the review goes back to it. */
  readonly backTo: TripletId | null
}

export const tripletsContract = {
  /** The queue of a run that is open, made now where there is none: a set that stays as it is. */
  queue: call<ReviewQueue>()(v.strictObject({ runId, tier })),
  /** Puts a new queue in place of the open one, of what is unjudged now. */
  renew: call<ReviewQueue>()(v.strictObject({ runId, tier })),
  /** Keeps the place in a queue. */
  place: call<true>()(v.strictObject({ queueId, place })),
  counts: call<ReviewCounts>()(v.strictObject({ runId })),
  /** The hardest of the moment, for a glance. */
  hardest: call<readonly ReviewTriplet[]>()(
    v.strictObject({
      runId,
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
  ),
  /** One undo step together with the label change it makes; undone by labels.undo. */
  give: call<UndoState>()(v.strictObject({ tripletId, verdict })),
  judged: call<JudgedPage>()(
    v.strictObject({
      datasetId,
      offset: place,
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
  ),
  /** Takes a verdict back with the change it made, as an undo step of its own. */
  takeBack: call<UndoState>()(v.strictObject({ verdictId })),
  changed: event<TripletsChange>(),
}
