import { chooseHeldOutLabels } from '../evaluation/heldOutLabels'
import { type LabelledRows, rowsAt } from './labelledRows'

/** Training rows without some classes, and the rows of those. */
export interface HeldOut {
  readonly kept: LabelledRows
  readonly heldOut: LabelledRows
}

/**
 * Classes set apart to choose the best epoch by, drawn by what they are known by, so that
 * relabelling an image moves no other; null where there are too few.
 */
export function holdOut(
  training: LabelledRows,
  { leastClasses, share, seed }: { leastClasses: number; share: number; seed: number },
): HeldOut | null {
  const { labels } = training
  const sizes = new Map<number, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const classes = Math.max(-1, ...sizes.keys()) + 1
  const keys = training.keys ?? Array.from({ length: classes }, (_, label) => String(label))
  const isEligible = (label: number): boolean => (sizes.get(label) ?? 0) >= 2
  const usable = keys.filter((_, label) => isEligible(label)).length
  if (usable < leastClasses) return null
  const isHeldOut = chooseHeldOutLabels({
    keys,
    seed,
    purpose: 'epoch',
    share,
    least: 2,
    isEligible,
  })
  const part = (wanted: number): LabelledRows =>
    rowsAt(
      training,
      [...labels.keys()].filter((place) => isHeldOut[labels[place]!] === wanted),
    )
  return { kept: part(0), heldOut: part(1) }
}
