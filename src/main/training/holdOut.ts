import type { Random } from '../../core/math/random'
import { splitPart, splitRows } from '../../core/training/split'
import { type LabelledRows, rowsAt } from './measured'

/** Training rows without some classes, and the rows of those. */
export interface HeldOut {
  readonly kept: LabelledRows
  readonly heldOut: LabelledRows
}

/** Classes set apart to choose the best epoch by; null where there are too few. */
export function holdOut(
  training: LabelledRows,
  { leastClasses, share, random }: { leastClasses: number; share: number; random: Random },
): HeldOut | null {
  const sizes = new Map<number, number>()
  for (const label of training.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const usable = [...sizes.values()].filter((size) => size >= 2).length
  if (usable < leastClasses) return null
  const parts = splitRows({ labels: training.labels, kind: 'byClass', testShare: share, random })
  const part = (wanted: number): LabelledRows =>
    rowsAt(
      training,
      [...training.rows.keys()].filter((place) => parts[place] === wanted),
    )
  return { kept: part(splitPart.train), heldOut: part(splitPart.test) }
}
