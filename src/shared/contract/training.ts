import * as v from 'valibot'
import { datasetId, runId } from '../model/ids'
import type { LossShape } from '../model/lossShape'
import {
  backendChoice,
  component,
  type LossCurve,
  type RunReport,
  type RunSummary,
  type TrainingPlan,
  type TrainingRegistry,
  type TrainingState,
  trainingRequest,
} from '../model/training'
import { call, event, nothing } from '../rpc'

export const trainingContract = {
  registry: call<TrainingRegistry>()(nothing),
  /** How a loss goes with the distances of an anchor to a positive and a negative. */
  lossShape: call<LossShape>()(
    v.strictObject({
      loss: component,
      distance: v.optional(v.pipe(v.string(), v.maxLength(64))),
    }),
  ),
  plan: call<TrainingPlan>()(v.strictObject({ datasetId, request: trainingRequest })),
  start: call<RunSummary>()(v.strictObject({ datasetId, request: trainingRequest })),
  /**
   * Goes on with a run of status 'interrupted' or 'failed' from its last checkpoint.
   * `backend`: absent, the one that it began on.
   */
  resumeRun: call<RunSummary>()(v.strictObject({ runId, backend: v.optional(backendChoice) })),
  pause: call<true>()(v.strictObject({ runId })),
  resume: call<true>()(v.strictObject({ runId })),
  /** Ends within one step; what was finished is kept. */
  cancel: call<true>()(v.strictObject({ runId })),
  runs: call<readonly RunSummary[]>()(v.strictObject({ datasetId })),
  removeRun: call<true>()(v.strictObject({ runId })),
  state: call<TrainingState | null>()(v.strictObject({ runId })),
  /** By label and by pair of labels; computed when first asked for. */
  report: call<RunReport>()(v.strictObject({ runId })),
  curve: call<LossCurve>()(v.strictObject({ runId })),
  progress: event<TrainingState>(),
}
