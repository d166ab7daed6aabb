import * as v from 'valibot'
import { imageId, runId } from '../model/ids'
import type { Neighbour, ProjectionPoints, ProjectionState } from '../model/projection'
import { mapRequest } from '../model/options/mapOptions'
import { call, event } from '../rpc'

const method = v.picklist(['pca', 'umap'])

export const projectionContract = {
  /**
   * Computes PCA at once, then UMAP; what is stored already is not computed again, unless other
   * options are given than it was made with.
   */
  start: call<ProjectionState>()(v.strictObject({ runId, options: v.optional(mapRequest) })),
  pause: call<true>()(v.strictObject({ runId })),
  resume: call<true>()(v.strictObject({ runId })),
  cancel: call<true>()(v.strictObject({ runId })),
  /** The newest points of the best method there is, or null. */
  points: call<ProjectionPoints | null>()(v.strictObject({ runId, method: v.optional(method) })),
  /** Exact nearest neighbours in the run's embedding, the image itself left out. */
  neighbours: call<readonly Neighbour[]>()(
    v.strictObject({
      runId,
      imageId,
      count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
  ),
  progress: event<ProjectionState>(),
}
