import type { TrainingOptions } from '../../shared/model/training'
import { splitPart } from './splitParts'

/** Images that a run did not train on, with the labels that they have now. */
export interface TodaysTest {
  /** 'all': the run kept nothing aside, so it is every image with a label. */
  readonly part: 'test' | 'all'
  /** Rows of the run's embeddings, ascending. */
  readonly rows: Uint32Array
  /** Label of each of those rows. */
  readonly labels: Int32Array
  /** Every label that is tested, ascending. */
  readonly testLabels: readonly number[]
}

/**
 * What a run is measured on today. Where it kept labels unseen, a label is unseen if most of its
 * images of the run were: an image that was moved since from a label of the test to one that the
 * run trained on, or a label of the test that was merged into such a one, tests nothing any more.
 * @param splits part of each row when the run was trained
 * @param labelOf label of a row now; 0 where it has none, is excluded or gone
 */
export function todaysTest(
  splits: Uint8Array,
  labelOf: (row: number) => number,
  split: TrainingOptions['split'],
): TodaysTest {
  const part = splits.includes(splitPart.test) ? 'test' : 'all'
  const tested = new Map<number, number>()
  const trained = new Map<number, number>()
  splits.forEach((place, row) => {
    const label = labelOf(row)
    if (label === 0) return
    const counts = place === splitPart.test ? tested : place === splitPart.train ? trained : null
    counts?.set(label, (counts.get(label) ?? 0) + 1)
  })
  const isTested = (label: number): boolean =>
    split !== 'byClass' || (tested.get(label) ?? 0) > (trained.get(label) ?? 0)
  const rows: number[] = []
  splits.forEach((place, row) => {
    const label = labelOf(row)
    if (label === 0) return
    if (part === 'all' || (place === splitPart.test && isTested(label))) rows.push(row)
  })
  const labels = Int32Array.from(rows, labelOf)
  return {
    part,
    rows: Uint32Array.from(rows),
    labels,
    testLabels: [...new Set(labels)].sort((a, b) => a - b),
  }
}
