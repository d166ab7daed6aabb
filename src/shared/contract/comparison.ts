import * as v from 'valibot'
import type { PairComparison, RunComparison } from '../model/comparison'
import { datasetId, runId } from '../model/ids'
import { call, event } from '../rpc'

export const comparisonContract = {
  /** What is known; whatever is not up to date is measured in the background. */
  state: call<RunComparison>()(v.strictObject({ datasetId })),
  /** Two finished runs of one dataset on today's labels, and how neighbours changed between them. */
  pair: call<PairComparison>()(v.strictObject({ earlierId: runId, laterId: runId })),
  changed: event<RunComparison>(),
}
