import * as v from 'valibot'
import { runId, tripletId } from '../model/ids'
import { type ReviewQueue, verdict } from '../model/triplets'
import { call, event } from '../rpc'
import type { UndoState } from './labels'

export const tripletsContract = {
  queue: call<ReviewQueue>()(
    v.strictObject({
      runId,
      offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
  ),
  /** One undo step together with the label change it makes; undone by labels.undo. */
  give: call<UndoState>()(v.strictObject({ tripletId, verdict })),
  changed: event<{ readonly runId: number }>(),
}
