import type { io } from '@tensorflow/tfjs-core'
import * as v from 'valibot'
import { AppError } from '../../../shared/errors'

const weightSchema = v.looseObject({
  name: v.string(),
  shape: v.array(v.number()),
  dtype: v.picklist(['float32', 'int32']),
})

/** What describes a graph model of TensorFlow.js beside its weights. */
export const graphDescription = v.looseObject({
  format: v.literal('graph-model'),
  modelTopology: v.looseObject({
    node: v.array(v.looseObject({ name: v.string(), op: v.string() })),
  }),
  weightsManifest: v.pipe(
    v.array(
      v.object({
        paths: v.array(v.pipe(v.string(), v.regex(/^[\w.-]+$/))),
        weights: v.array(v.custom<io.WeightsManifestEntry>((entry) => v.is(weightSchema, entry))),
      }),
    ),
    v.minLength(1),
  ),
})

/** @param reason the end of a sentence */
export function damagedNetwork(place: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'backendUnavailable',
    `The pretrained network in ${place} cannot be loaded: ${reason}. Run the set-up again.`,
    { place, reason },
    cause,
  )
}
