import type { SweepRow } from '../../src/shared/model/sweep'

/** A row of a sweep by the name of its loss; finished unless told otherwise. */
export function rowOf(
  loss: string,
  fields: Partial<SweepRow> & { readonly mapAtR?: number } = {},
): SweepRow {
  const { mapAtR = 0.5, status = 'finished', ...rest } = fields
  const isFinished = status === 'finished'
  return {
    key: loss,
    loss: { name: loss, options: {} },
    miner: null,
    distance: 'euclidean',
    seed: 1,
    status,
    metrics: isFinished
      ? {
          mapAtR,
          mapAtRLow: mapAtR - 0.05,
          mapAtRHigh: mapAtR + 0.05,
          precisionAt1: mapAtR + 0.1,
          rPrecision: mapAtR + 0.02,
          queries: 64,
        }
      : null,
    bestEpoch: isFinished ? 2 : null,
    steps: isFinished ? 120 : null,
    seconds: isFinished ? 12.25 : null,
    error: status === 'failed' ? { code: 'trainingDiverged', message: 'not a number' } : null,
    ...rest,
  }
}
