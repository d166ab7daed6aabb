import type { SweepState, SweepToday } from '../../shared/model/sweep'
import type { ComparedSweep } from '../comparison/messages'
import { embeddingsFolder } from '../runs/sweepEmbeddings'

/** What there is of a sweep to measure again; null where it kept nothing, or has nothing yet. */
export function comparedSweep(
  folder: string,
  { id, stored, plan, request, rows }: SweepState,
  known: SweepToday | null,
): ComparedSweep | null {
  const finished = rows.filter(({ status }) => status === 'finished')
  if (stored === undefined || finished.length === 0) return null
  return {
    sweepId: id,
    folder: embeddingsFolder(folder, stored.material),
    split: plan.split,
    seed: request.training.seed ?? 1,
    rows: finished.map(({ key, loss, miner, distance, seed }) => ({
      ...{ key, loss, miner, distance, seed },
    })),
    baselinesKey: stored.baselines,
    todayKey: known?.key ?? null,
  }
}
