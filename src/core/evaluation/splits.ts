import type { Random } from '../math/random'
import { membersByLabel } from './ranks'

export type SplitKind = 'byClass' | 'byImage' | 'none'

export interface SplitInput {
  readonly kind: SplitKind
  /** Label of each image; negative where it has none: such an image is on neither side. */
  readonly labels: ArrayLike<number>
  /**
   * Group of near-duplicates of each image, negative where it has none. A group never has images
   * on both sides.
   */
  readonly groups?: ArrayLike<number>
  /** Share of the classes (byClass) or of each class's images (byImage) to test on; .2 by default. */
  readonly testShare?: number
  readonly random: Random
}

export interface Split {
  /** Indices of images, ascending. */
  readonly train: Uint32Array
  readonly test: Uint32Array
  /** Labelled images on neither side, because their near-duplicates are on the other. */
  readonly leftOut: Uint32Array
}

/**
 * Divides images into those to train on and those to test on.
 * `byClass`: whole classes, so that the test shows how well the embedding does on classes never
 * seen; classes of one image train. Classes tied by near-duplicates stay together unless the knot
 * holds more than half of the classes.
 * `byImage`: some images of each class of four or more, at least two of it.
 * `none`: all images on both sides.
 */
export function splitImages(input: SplitInput): Split {
  const labelled = Array.from({ length: input.labels.length }, (_, i) => i).filter(
    (i) => input.labels[i]! >= 0,
  )
  if (input.kind === 'none') {
    const every = Uint32Array.from(labelled)
    return { train: every, test: every.slice(), leftOut: new Uint32Array(0) }
  }
  const isTest =
    input.kind === 'byClass' ? chooseClasses(input, labelled) : chooseImages(input, labelled)
  return dropStraddling(input, labelled, isTest)
}

function chooseClasses(input: SplitInput, labelled: readonly number[]): (image: number) => boolean {
  const { labels, testShare = 0.2, random } = input
  const sizes = new Map<number, number>()
  for (const image of labelled) sizes.set(labels[image]!, (sizes.get(labels[image]!) ?? 0) + 1)
  const classes = [...sizes.keys()].sort((a, b) => a - b)
  const knots = classesTiedTogether(input, labelled, classes)
  const eligible = knots.filter((knot) => knot.some((label) => sizes.get(label)! > 1))
  const count = classes.length
  // Two classes at least on either side, where there are four.
  const least = Math.min(2, Math.max(1, Math.floor(count / 2)))
  const wanted = Math.max(least, Math.min(count - least, Math.round(testShare * count)))
  const chosen = new Set<number>()
  const order = random.shuffle(eligible.map((_, index) => index))
  for (const index of order) {
    const knot = eligible[index]!
    if (chosen.size > 0 && chosen.size + knot.length > wanted) continue
    if (chosen.size === 0 && knot.length > Math.max(wanted, count - least)) continue
    knot.forEach((label) => chosen.add(label))
    if (chosen.size >= wanted) break
  }
  return (image) => chosen.has(labels[image]!)
}

/** Classes joined wherever a group of near-duplicates has images of both. */
function classesTiedTogether(
  input: SplitInput,
  labelled: readonly number[],
  classes: readonly number[],
): number[][] {
  const { labels, groups } = input
  const parent = new Map(classes.map((label) => [label, label]))
  const rootOf = (label: number): number => {
    let root = label
    while (parent.get(root) !== root) root = parent.get(root)!
    return root
  }
  const labelOfGroup = new Map<number, number>()
  for (const image of groups === undefined ? [] : labelled) {
    const group = groups![image]!
    if (group < 0) continue
    const other = labelOfGroup.get(group)
    if (other === undefined) labelOfGroup.set(group, labels[image]!)
    else parent.set(rootOf(labels[image]!), rootOf(other))
  }
  const knots = new Map<number, number[]>()
  for (const label of classes) {
    const root = rootOf(label)
    knots.set(root, [...(knots.get(root) ?? []), label])
  }
  return [...knots.values()].flatMap((knot) =>
    knot.length > Math.max(2, classes.length / 2) ? knot.map((label) => [label]) : [knot],
  )
}

function chooseImages(input: SplitInput, labelled: readonly number[]): (image: number) => boolean {
  const { labels, groups, testShare = 0.2, random } = input
  const chosen = new Set<number>()
  const classLabels = labelled.map((image) => labels[image]!)
  const members = membersByLabel(classLabels)
  for (const label of [...members.keys()].sort((a, b) => a - b)) {
    const images = members.get(label)!.map((at) => labelled[at]!)
    if (images.length < 4) continue
    const most = images.length - 2
    const wanted = Math.min(most, Math.max(2, Math.round(testShare * images.length)))
    const units = new Map<string, number[]>()
    for (const image of images) {
      const group = groups?.[image] ?? -1
      const key = group < 0 ? `image ${image}` : `group ${group}`
      units.set(key, [...(units.get(key) ?? []), image])
    }
    const list = [...units.values()]
    let count = 0
    for (const index of random.shuffle(list.map((_, at) => at))) {
      const unit = list[index]!
      if (count + unit.length > wanted) continue
      unit.forEach((image) => chosen.add(image))
      count += unit.length
      if (count === wanted) break
    }
  }
  return (image) => chosen.has(image)
}

/** Of a group that lies on both sides, the images to test on are left out. */
function dropStraddling(
  input: SplitInput,
  labelled: readonly number[],
  isTest: (image: number) => boolean,
): Split {
  const { groups } = input
  const trainGroups = new Set<number>()
  if (groups !== undefined) {
    for (const image of labelled) if (!isTest(image)) trainGroups.add(groups[image]!)
  }
  const train: number[] = []
  const test: number[] = []
  const leftOut: number[] = []
  for (const image of labelled) {
    const group = groups?.[image] ?? -1
    if (!isTest(image)) train.push(image)
    else if (group >= 0 && trainGroups.has(group)) leftOut.push(image)
    else test.push(image)
  }
  return {
    train: Uint32Array.from(train),
    test: Uint32Array.from(test),
    leftOut: Uint32Array.from(leftOut),
  }
}
