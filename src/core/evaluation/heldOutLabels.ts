import { orderByHash } from '../math/keyedHash'

export interface LabelDraw {
  /** What each label is known by, for instance its name; label l is at place l. */
  readonly keys: readonly string[]
  readonly seed: number
  /** Names the draw, so that two uses of one seed do not take the same labels. */
  readonly purpose: string
  /** Labels that may be taken; absent: all. */
  readonly isEligible?: (label: number) => boolean
}

/**
 * Labels that are held out of the training ones, for instance to choose the epoch by: those that
 * draw lowest. The draw is of each label's key alone, so that relabelled, added or removed images
 * change nothing, and a label more or less changes one label at most.
 * @param share of the eligible labels; rounded, at least `least` (1 by default), and at least one
 *   eligible label is kept
 * @returns for each label 1 where it is held out
 */
export function chooseHeldOutLabels(
  draw: LabelDraw & { readonly share: number; readonly least?: number },
): Uint8Array {
  const { share, least = 1 } = draw
  const order = eligibleInOrder(draw)
  const wanted = Math.min(order.length - 1, Math.max(least, Math.round(share * order.length)))
  const heldOut = new Uint8Array(draw.keys.length)
  for (const label of order.slice(0, Math.max(0, wanted))) heldOut[label] = 1
  return heldOut
}

/**
 * Deals labels into folds of equal size, or one more, for a cross-validation over labels: the order
 * of their draws, cut into `folds` pieces. Relabelled, added or removed images change nothing; a
 * label more or less changes at most one label at each cut.
 * @returns fold of each label from 0; -1 where it is not eligible
 */
export function foldsOfLabels(draw: LabelDraw & { readonly folds: number }): Int32Array {
  const order = eligibleInOrder(draw)
  const result = new Int32Array(draw.keys.length).fill(-1)
  order.forEach((label, place) => {
    result[label] = Math.floor((place * draw.folds) / order.length)
  })
  return result
}

function eligibleInOrder({ keys, seed, purpose, isEligible }: LabelDraw): number[] {
  const texts = keys.map((key) => `${purpose}\n${key}`)
  return orderByHash(seed, texts).filter((label) => isEligible?.(label) ?? true)
}
