import * as v from 'valibot'

declare const brand: unique symbol
type Branded<Name extends string> = number & { readonly [brand]: Name }

/** Row numbers of the database; branded so that one kind cannot stand in for another. */
export type DatasetId = Branded<'DatasetId'>
export type ImageId = Branded<'ImageId'>
export type LabelId = Branded<'LabelId'>
export type RunId = Branded<'RunId'>
export type SweepId = Branded<'SweepId'>
export type TripletId = Branded<'TripletId'>
export type QueueId = Branded<'QueueId'>
export type VerdictId = Branded<'VerdictId'>
export type JobId = Branded<'JobId'>

const rowNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1))
const idSchema = <Id extends number>() =>
  v.pipe(
    rowNumber,
    v.transform((value) => value as Id),
  )

export const datasetId = idSchema<DatasetId>()
export const imageId = idSchema<ImageId>()
export const labelId = idSchema<LabelId>()
export const runId = idSchema<RunId>()
export const sweepId = idSchema<SweepId>()
export const tripletId = idSchema<TripletId>()
export const queueId = idSchema<QueueId>()
export const verdictId = idSchema<VerdictId>()
export const jobId = idSchema<JobId>()

/** Ids of many images as a column; at most a million. */
export const imageIdColumn = v.pipe(
  v.custom<Uint32Array>((ids) => ids instanceof Uint32Array, 'a Uint32Array'),
  v.check((ids) => ids.length <= 1_000_000, 'at most 1,000,000 images'),
)
