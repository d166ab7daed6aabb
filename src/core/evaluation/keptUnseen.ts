import { keyedHash } from '../math/keyedHash'
import type { SplitKind } from './splits'

/** Where a label or an image belongs; the numbers that the database keeps. */
export const side = { unknown: 0, train: 1, unseen: 2 } as const

/** Sides that were decided before; whatever is `unknown` is drawn. */
export interface KnownSides {
  /** By class number; read for `byClass`. */
  readonly labels?: Uint8Array
  /** By image; read for `byImage`. */
  readonly images?: Uint8Array
  /** Somebody chose labels: nothing is moved to have two on either side. */
  readonly isByHand?: boolean
}

export interface UnseenInput {
  readonly kind: SplitKind
  /** Class of each image, from 0; negative where it has none: such an image is on neither side. */
  readonly labels: ArrayLike<number>
  /** What each class is known by, whatever its number: its draw goes by this alone. */
  readonly labelKeys: readonly string[]
  /** What each image shows: equal for near-duplicates, and what its draw goes by alone. */
  readonly contents: readonly string[]
  /** Chance of a label (`byClass`) or of an image (`byImage`) to be kept unseen. */
  readonly testShare: number
  readonly seed: number
  readonly known?: KnownSides
}

export interface KeptUnseen {
  /** For each image 0 (on neither side), 1 (training) or 2 (test): the numbers of splits.u8. */
  readonly parts: Uint8Array
  /**
   * Images that do not train because a near-duplicate of theirs is tested, ascending. It is always
   * the training side that gives way, so that nothing moves the test.
   */
  readonly leftOut: Uint32Array
  /** Side of each class number, to be kept; all `unknown` unless `byClass`. */
  readonly labelSides: Uint8Array
  /** Side of each image, to be kept; all `unknown` unless `byImage`. */
  readonly imageSides: Uint8Array
  /** Labels of the unseen side that train while they have a single image: it has nothing to find. */
  readonly waitingLabels: number
}

/**
 * Divides images into those to train on and those that are kept unseen.
 * `byClass`: whole labels, so that the test shows how well the embedding does on labels never seen.
 * `byImage`: single images of the labels, near-duplicates together.
 * `none`: all images train.
 *
 * Each label, or image, draws for itself: it is kept unseen where the hash of seed and key is below
 * the share. So nothing that happens to other labels or images moves it, and a new one assigns only
 * itself. Where the draw gives too little to test or to train on, the lowest (highest) draws are
 * moved: `byClass` until two labels of two images are on either side, `byImage` until each label of
 * four images has two on either side, but never an image that is known.
 */
export function keepUnseen(input: UnseenInput): KeptUnseen {
  const { kind, labels, labelKeys } = input
  const labelSides = new Uint8Array(labelKeys.length)
  const imageSides = new Uint8Array(labels.length)
  const isUnseen = new Uint8Array(labels.length)
  let waitingLabels = 0
  if (kind === 'byClass') {
    const sizes = sizesOf(labels, labelKeys.length)
    labelSides.set(sidesOfLabels(input, sizes))
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!
      if (label >= 0 && labelSides[label] === side.unseen && sizes[label]! > 1) isUnseen[i] = 1
    }
    waitingLabels = labelSides.filter((of, l) => of === side.unseen && sizes[l] === 1).length
  } else if (kind === 'byImage') {
    imageSides.set(sidesOfImages(input))
    imageSides.forEach((of, i) => (isUnseen[i] = of === side.unseen ? 1 : 0))
  }
  return { ...divide(input, isUnseen), labelSides, imageSides, waitingLabels }
}

/** The draw of a label in [0, 1); below the share it is kept unseen. */
export const labelDraw = (seed: number, key: string): number => keyedHash(seed, `label\n${key}`)

/** The draw of an image in [0, 1). */
export const imageDraw = (seed: number, content: string): number =>
  keyedHash(seed, `image\n${content}`)

function sizesOf(labels: ArrayLike<number>, count: number): Uint32Array {
  const sizes = new Uint32Array(count)
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) sizes[labels[i]!]! += 1
  return sizes
}

function sidesOfLabels(
  { labelKeys, testShare, seed, known }: UnseenInput,
  sizes: Uint32Array,
): Uint8Array {
  const draws = labelKeys.map((key) => labelDraw(seed, key))
  const sides = Uint8Array.from(
    draws,
    (draw, label) => known?.labels?.[label] || (draw < testShare ? side.unseen : side.train),
  )
  const rising = [...labelKeys.keys()]
    .filter((label) => sizes[label]! > 1)
    .sort((a, b) => draws[a]! - draws[b]! || (labelKeys[a]! < labelKeys[b]! ? -1 : 1))
  if (known?.isByHand === true) return sides
  // Training comes last: with a single label of two images there is nothing to test on.
  const least = Math.max(1, Math.min(2, rising.length >> 1))
  move(rising, sides, { to: side.unseen, from: side.train, least })
  move(rising.toReversed(), sides, { to: side.train, from: side.unseen, least })
  return sides
}

/** Moves the first of `order` that are on `from` until `to` has its least. */
function move(
  order: readonly number[],
  sides: Uint8Array,
  { to, from, least }: { readonly to: number; readonly from: number; readonly least: number },
): void {
  let having = order.filter((label) => sides[label] === to).length
  for (const label of order) {
    if (having >= least) return
    if (sides[label] !== from) continue
    sides[label] = to
    having++
  }
}

function sidesOfImages(input: UnseenInput): Uint8Array {
  const { labels, contents, testShare, seed, known } = input
  // A new image goes with its near-duplicates.
  const sideOfContent = new Map<string, number>()
  for (let i = 0; i < labels.length; i++) {
    const of = known?.images?.[i] ?? side.unknown
    if (of !== side.unknown && !sideOfContent.has(contents[i]!)) sideOfContent.set(contents[i]!, of)
  }
  const draws = new Map<string, number>()
  for (let i = 0; i < labels.length; i++) {
    const content = contents[i]!
    if (labels[i]! < 0 || sideOfContent.has(content)) continue
    const draw = imageDraw(seed, content)
    draws.set(content, draw)
    sideOfContent.set(content, draw < testShare ? side.unseen : side.train)
  }
  const sideOf = (i: number): number =>
    known?.images?.[i] || (sideOfContent.get(contents[i]!) ?? side.unknown)
  for (const images of labelsInOrder(input)) {
    if (images.length >= 4) balance(images, { contents, draws, sideOfContent, sideOf })
  }
  return Uint8Array.from(labels, (label, i) => (label < 0 ? side.unknown : sideOf(i)))
}

/** Images of each label, in the order of the labels' keys. */
function labelsInOrder({ labels, labelKeys }: UnseenInput): number[][] {
  const images: number[][] = labelKeys.map(() => [])
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) images[labels[i]!]!.push(i)
  return [...labelKeys.keys()]
    .sort((a, b) => (labelKeys[a]! < labelKeys[b]! ? -1 : 1))
    .map((label) => images[label]!)
}

/** Two images of a label on either side, as far as contents that were drawn now allow it. */
function balance(
  images: readonly number[],
  {
    contents,
    draws,
    sideOfContent,
    sideOf,
  }: {
    readonly contents: readonly string[]
    readonly draws: ReadonlyMap<string, number>
    readonly sideOfContent: Map<string, number>
    readonly sideOf: (image: number) => number
  },
): void {
  const counts = [0, 0, 0]
  const sizes = new Map<string, number>()
  for (const i of images) {
    counts[sideOf(i)]! += 1
    if (draws.has(contents[i]!)) sizes.set(contents[i]!, (sizes.get(contents[i]!) ?? 0) + 1)
  }
  if (counts[side.unseen]! >= 2 && counts[side.train]! >= 2) return
  const rising = [...sizes.keys()].sort((a, b) => draws.get(a)! - draws.get(b)! || (a < b ? -1 : 1))
  const fill = (order: readonly string[], to: 1 | 2, from: 1 | 2) => {
    for (const content of order) {
      if (counts[to]! >= 2) return
      const size = sizes.get(content)!
      if (sideOfContent.get(content) !== from || counts[from]! - size < 2) continue
      sideOfContent.set(content, to)
      counts[from]! -= size
      counts[to]! += size
    }
  }
  fill(rising, side.unseen, side.train)
  fill(rising.toReversed(), side.train, side.unseen)
}

/** Training images that show what a tested one shows are left out. */
function divide(
  { labels, contents }: UnseenInput,
  isUnseen: Uint8Array,
): Pick<KeptUnseen, 'parts' | 'leftOut'> {
  const tested = new Set<string>()
  for (let i = 0; i < labels.length; i++) if (isUnseen[i] === 1) tested.add(contents[i]!)
  const leftOut: number[] = []
  const parts = Uint8Array.from(labels, (label, i) => {
    if (label < 0) return 0
    if (isUnseen[i] === 1) return side.unseen
    if (!tested.has(contents[i]!)) return side.train
    leftOut.push(i)
    return 0
  })
  return { parts, leftOut: Uint32Array.from(leftOut) }
}
