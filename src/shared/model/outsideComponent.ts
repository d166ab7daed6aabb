import * as v from 'valibot'

/** A loss or miner of a run that is not of the program. */
export const outsideComponent = v.object({
  kind: v.picklist(['loss', 'miner']),
  name: v.string(),
  version: v.string(),
})
export type OutsideComponent = Readonly<v.InferOutput<typeof outsideComponent>>
