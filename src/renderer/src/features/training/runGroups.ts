import type { RunSummary } from '../../../../shared/model/training'
import type { TodaysResult } from '../../../../shared/model/comparison'

/** Runs that may be held against one another. */
export interface RunGroup {
  readonly key: string
  readonly runs: readonly RunSummary[]
  /** What they are tested on; null while none of them is measured. */
  readonly test: TodaysResult | null
}

/**
 * Runs by what they are tested on, the group of the newest first. Runs without a figure of today
 * stand with the newest: nothing is claimed of them.
 * @param runs newest first
 */
export function groupRuns(
  runs: readonly RunSummary[],
  resultOf: (run: RunSummary) => TodaysResult | null,
): readonly RunGroup[] {
  const results = runs.map((run) => ({ run, result: resultOf(run) }))
  const first = results.find(({ result }) => result !== null)?.result?.testKey ?? ''
  const groups = new Map<string, { runs: RunSummary[]; test: TodaysResult | null }>()
  groups.set(first, { runs: [], test: null })
  for (const { run, result } of results) {
    const key = result?.testKey ?? first
    const group = groups.get(key) ?? { runs: [], test: null }
    group.runs.push(run)
    group.test ??= result
    groups.set(key, group)
  }
  return [...groups].map(([key, group]) => ({ key, ...group }))
}
