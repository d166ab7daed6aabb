import * as v from 'valibot'
import { type DatasetId, datasetId, labelId } from '../model/ids'
import type { DatasetSplit, MovedByMerge } from '../model/split'
import { trainingRequest } from '../model/training'
import { call, event } from '../rpc'

/** Of the request its kind of split, share and seed are read; absent: what the plan takes. */
const request = v.pick(trainingRequest, ['split', 'testShare', 'splitSeed'])

export const splitContract = {
  /** What the dataset keeps unseen; with another `splitSeed` what that one would draw. */
  state: call<DatasetSplit>()(v.strictObject({ datasetId, request })),
  /**
   * Draws with this seed from now on, and keeps exactly these labels unseen in place of the draw;
   * null: what was drawn. Runs before and after have different tests.
   */
  choose: call<DatasetSplit>()(
    v.strictObject({
      datasetId,
      request,
      seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)),
      unseen: v.nullable(v.pipe(v.array(labelId), v.maxLength(100_000))),
    }),
  ),
  /** What joining labels into one would move; nothing before a run began with the split. */
  ofMerge: call<MovedByMerge>()(
    v.strictObject({
      datasetId,
      from: v.pipe(v.array(labelId), v.maxLength(100_000)),
      into: labelId,
    }),
  ),
  /** What a dataset keeps unseen was chosen otherwise. */
  changed: event<{ readonly datasetId: DatasetId }>(),
}
