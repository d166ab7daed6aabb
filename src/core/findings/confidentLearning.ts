import { bestBut, shareOf, type Votes } from './votes'

/** A label that images given another one seem to have. */
interface JointEntry {
  readonly given: number
  readonly guessed: number
  /** Images, estimated: those of a given label add up to how many have it. */
  readonly count: number
}

export interface ConfidentJoint {
  /** Mean share of the own label among the images of each label; NaN where it has none. */
  readonly thresholds: Float64Array
  /** Entries other than 0, by given and then guessed label. */
  readonly joint: readonly JointEntry[]
  /** 1 for each image that is likely mislabelled. */
  readonly isCandidate: Uint8Array
}

const slack = 1e-6

/**
 * Confident learning (Northcutt, Jiang, Chuang 2021): an image counts as label j where its share
 * p_j reaches the mean of the images that have label j, of several the largest share. Candidates
 * are, of each pair of labels, as many images as the joint holds off its diagonal, the largest
 * p_j - p_y first.
 * @param given label of each image of the votes, from 0; -1 takes no part
 * @param labels how many there are
 */
export function confidentLearning(votes: Votes, given: Int32Array, labels: number): ConfidentJoint {
  const images = [...given.keys()].filter((i) => given[i]! >= 0 && votes.counts[i]! > 0)
  const sums = new Float64Array(labels)
  const sizes = new Uint32Array(labels)
  for (const i of images) {
    sums[given[i]!]! += shareOf(votes, i, given[i]!)
    sizes[given[i]!]! += 1
  }
  const thresholds = sums.map((sum, label) => sum / sizes[label]!)
  const counts = new Map<number, number>()
  const key = (label: number, guessed: number) => label * labels + guessed
  for (let label = 0; label < labels; label++) {
    // At least 1 each.
    if (sizes[label]! > 0) counts.set(key(label, label), 0)
  }
  for (const i of images) {
    const guessed = confidentLabel(votes, i, thresholds)
    if (guessed < 0) continue
    const place = key(given[i]!, guessed)
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  const totals = new Float64Array(labels)
  for (const [place, count] of counts) {
    const label = Math.floor(place / labels)
    const isDiagonal = place % labels === label
    const atLeast = isDiagonal ? Math.max(1, count) : count
    counts.set(place, atLeast)
    totals[label]! += atLeast
  }
  const joint = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([place, count]): JointEntry => {
      const label = Math.floor(place / labels)
      const guessed = place % labels
      return { given: label, guessed, count: (count * sizes[label]!) / totals[label]! }
    })
  return { thresholds, joint, isCandidate: candidatesOf(votes, given, images, joint) }
}

/** The label that an image counts as; -1: none. */
function confidentLabel(votes: Votes, image: number, thresholds: Float64Array): number {
  let best = -1
  let most = 0
  const from = image * votes.k
  for (let at = from; at < from + votes.counts[image]!; at++) {
    const label = votes.labels[at]!
    const share = votes.shares[at]!
    if (share >= thresholds[label]! - slack && share > most) {
      best = label
      most = share
    }
  }
  return best
}

function candidatesOf(
  votes: Votes,
  given: Int32Array,
  images: readonly number[],
  joint: readonly JointEntry[],
): Uint8Array {
  const ofLabel = new Map<number, number[]>()
  for (const i of images) {
    const known = ofLabel.get(given[i]!)
    if (known === undefined) ofLabel.set(given[i]!, [i])
    else known.push(i)
  }
  const isCandidate = new Uint8Array(given.length)
  for (const { given: label, guessed, count } of joint) {
    const wanted = Math.round(count)
    if (label === guessed || wanted === 0) continue
    const lead = (i: number) => shareOf(votes, i, guessed) - shareOf(votes, i, label)
    const found = (ofLabel.get(label) ?? [])
      .filter((i) => bestBut(votes, i, label).label >= 0 && shareOf(votes, i, guessed) > 0)
      .map((i) => ({ i, lead: lead(i) }))
      .sort((a, b) => b.lead - a.lead || a.i - b.i)
    for (const { i } of found.slice(0, wanted)) isCandidate[i] = 1
  }
  return isCandidate
}
