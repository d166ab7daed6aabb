import * as v from 'valibot'
import { datasetId, sweepId } from '../model/ids'
import { type SweepPlan, sweepRequest, type SweepState } from '../model/sweep'
import { call, event } from '../rpc'

export const sweepContract = {
  plan: call<SweepPlan>()(v.strictObject({ datasetId, request: sweepRequest })),
  start: call<SweepState>()(v.strictObject({ datasetId, request: sweepRequest })),
  /** Ends within one step; finished runs are kept. */
  cancel: call<true>()(v.strictObject({ sweepId })),
  /** Goes on with one that did not come to its end. */
  resume: call<SweepState>()(v.strictObject({ sweepId })),
  /** Newest first. */
  list: call<readonly SweepState[]>()(v.strictObject({ datasetId })),
  state: call<SweepState | null>()(v.strictObject({ sweepId })),
  remove: call<true>()(v.strictObject({ sweepId })),
  progress: event<SweepState>(),
}
