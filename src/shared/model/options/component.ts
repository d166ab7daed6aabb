import * as v from 'valibot'

/** Options of a loss, miner, reducer: plain numbers, switches, choices. */
const componentOptions = v.record(
  v.pipe(v.string(), v.maxLength(64)),
  v.union([v.pipe(v.number(), v.finite()), v.boolean(), v.pipe(v.string(), v.maxLength(64))]),
)
export const component = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(64)),
  options: v.optional(componentOptions, {}),
})
export type Component = v.InferOutput<typeof component>

/** A further loss of a sum. Besides its own options it takes `distance` and `normalized`. */
export const weightedComponent = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(64)),
  options: v.optional(componentOptions, {}),
  weight: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e6)), 1),
})
export type WeightedComponent = v.InferOutput<typeof weightedComponent>
