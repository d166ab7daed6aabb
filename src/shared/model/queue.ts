import * as v from 'valibot'
import { datasetId, runId, sweepId } from './ids'
import { sweepRequest } from './sweep'
import { backendChoice, trainingRequest } from './training'

/** A training that can wait for another: what the calls that start one would get. */
export const queuedWork = v.variant('kind', [
  v.strictObject({ kind: v.literal('run'), datasetId, request: trainingRequest }),
  v.strictObject({
    kind: v.literal('resumeRun'),
    datasetId,
    runId,
    backend: v.optional(backendChoice),
  }),
  v.strictObject({ kind: v.literal('sweep'), datasetId, request: sweepRequest }),
  v.strictObject({ kind: v.literal('resumeSweep'), datasetId, sweepId }),
])
export type QueuedWork = v.InferOutput<typeof queuedWork>
