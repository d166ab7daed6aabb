import { rankRows, summarizeRows } from '../../src/core/sweep/ranking'
import type { SweepId } from '../../src/shared/model/ids'
import {
  combinationOf,
  type SweepPlan,
  type SweepRow,
  type SweepStanding,
  type SweepState,
} from '../../src/shared/model/sweep'
import { asDatasetId } from './windowData'

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

export const sweepPlan: SweepPlan = {
  runs: 4,
  combinations: [],
  skipped: [],
  estimatedSeconds: 100,
  trainClassCount: 32,
  testClassCount: 8,
  trainImageCount: 256,
  testImageCount: 64,
  split: 'byClass',
}
const barOf = (mapAtR: number) => rowOf('bar', { mapAtR }).metrics!

/** A sweep of four rows: two finished, one failed, one to come. */
export function sweepOf(fields: Partial<SweepState> = {}): SweepState {
  const rows = rankRows(
    fields.rows ?? [
      rowOf('triplet', { mapAtR: 0.6, seconds: 90 }),
      rowOf('supCon', { mapAtR: 0.8, seconds: 30, bestEpoch: 0 }),
      rowOf('contrastive', { status: 'failed' }),
      rowOf('proxyNCA', { status: 'waiting' }),
    ],
  )
  return {
    id: 3 as SweepId,
    datasetId: asDatasetId(1),
    startedAt: 1,
    status: 'finished',
    request: { seeds: 1, training: { steps: 40, seed: 7 } },
    plan: sweepPlan,
    summary: summarizeRows(rows),
    baselines: { frozen: barOf(0.5), closedForm: barOf(0.7), untrained: null },
    stage: 'training',
    stageDone: 30,
    stageTotal: 240,
    remainingMs: null,
    backend: null,
    error: null,
    ...fields,
    rows,
  }
}

/** The same with how its combinations stand to the best one, by the name of their loss. */
export function withStandings(
  state: SweepState,
  standings: Readonly<Record<string, SweepStanding>>,
): SweepState {
  const known = new Map(
    state.rows.map((row) => [combinationOf(row), standings[row.loss.name]] as const),
  )
  return {
    ...state,
    stored: { material: 'a', baselines: 'b' },
    today: {
      ...{ key: 'k', isSameTest: true, testLabelsThen: 8, testLabels: 8, testImages: 64 },
      ...{ changedImages: 0, bytes: 3_100_000, missing: [] },
      ...state.today,
    },
    summary: state.summary.map((entry) => {
      const standing = known.get(combinationOf(entry))
      return standing === undefined ? entry : { ...entry, standing }
    }),
  }
}

/** A difference with its interval. */
export const differenceOf = (low: number, high: number) => ({
  ...{ mean: (low + high) / 2, low, high, over: 'labels' as const, seeds: 1 },
})
