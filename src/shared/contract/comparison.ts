import * as v from 'valibot'
import type { RunComparison } from '../model/comparison'
import { datasetId } from '../model/ids'
import { call, event } from '../rpc'

export const comparisonContract = {
  /** What is known; whatever is not up to date is measured in the background. */
  state: call<RunComparison>()(v.strictObject({ datasetId })),
  changed: event<RunComparison>(),
}
