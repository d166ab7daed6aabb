import { keyedHash, orderByHash } from '../../../src/core/math/keyedHash'
import { labelsIn, type BuiltSet } from '../sets/imageSet'

/** The labels of a set: what is chosen on the one half is reported on the other, whatever the run. */
export interface Halves {
  readonly search: readonly string[]
  readonly report: readonly string[]
}

const halvesSeed = 20
const orderSeed = 21

/**
 * Divides by a hash of the label's name; of a set that has unseen labels by itself, these are
 * reported on.
 * @param most labels of a half, drawn by their names
 */
export function halvesOf({ folder, unseenLabels }: BuiltSet, most: number): Halves {
  const unseen = new Set(unseenLabels)
  const isReported = (label: string) =>
    unseenLabels === undefined ? keyedHash(halvesSeed, label) >= 0.5 : unseen.has(label)
  const labels = labelsIn(folder)
  const draw = (some: readonly string[]) =>
    orderByHash(orderSeed, some)
      .slice(0, most)
      .map((place) => some[place]!)
  return {
    search: draw(labels.filter((label) => !isReported(label))),
    report: draw(labels.filter(isReported)),
  }
}
