import type { SetFinding } from '../../shared/model/findings'

/** Labels of one picture that are held against each other, at most. */
const mostSharing = 32

/**
 * What is wrong with a set, as far as copies and near-duplicates tell.
 * @param input.labels class of each image; negative where it has none
 * @param input.contents what each image shows: the same text for copies and near-duplicates
 * @param input.names of the classes
 */
export function findingsOfContents(input: {
  readonly labels: Int32Array
  readonly contents: readonly string[]
  readonly names: readonly string[]
}): SetFinding[] {
  const ofLabel = contentsByLabel(input)
  const all = new Set(ofLabel.flatMap(({ contents }) => [...contents]))
  const images = ofLabel.reduce((sum, label) => sum + label.images, 0)
  if (images > 1 && all.size === 1) return [{ kind: 'allAlike', images }]
  const several = ofLabel.filter((label) => label.images > 1)
  const isCopied = several.length > 0 && several.every(({ contents }) => contents.size === 1)
  const shared = mostShared(ofLabel, input.names)
  return [
    ...(isCopied ? [{ kind: 'copiesWithinLabels', labels: several.length } as const] : []),
    ...(shared === null ? [] : [shared]),
  ]
}

/** For each class how many different pictures it has; 0 where it has no images. */
export function picturesOfClasses(
  labels: Int32Array,
  contents: readonly string[] | undefined,
): readonly number[] {
  return contents === undefined
    ? []
    : contentsByLabel({ labels, contents }).map((label) => label.contents.size)
}

interface LabelContents {
  images: number
  readonly contents: Set<string>
}

function contentsByLabel({
  labels,
  contents,
}: {
  readonly labels: Int32Array
  readonly contents: readonly string[]
}): LabelContents[] {
  const result: LabelContents[] = []
  labels.forEach((label, image) => {
    if (label < 0) return
    const known = (result[label] ??= { images: 0, contents: new Set() })
    known.images++
    known.contents.add(contents[image]!)
  })
  return Array.from(result, (label) => label ?? { images: 0, contents: new Set() })
}

/** The two labels with most pictures in common, of those that share half the pictures of one. */
function mostShared(
  ofLabel: readonly LabelContents[],
  names: readonly string[],
): Extract<SetFinding, { kind: 'sharedPictures' }> | null {
  const holders = new Map<string, number[]>()
  ofLabel.forEach(({ contents }, label) => {
    for (const content of contents) {
      const known = holders.get(content)
      if (known === undefined) holders.set(content, [label])
      else if (known.length < mostSharing) known.push(label)
    }
  })
  const counts = new Map<string, { first: number; second: number; pictures: number }>()
  for (const labels of holders.values()) {
    for (const [at, first] of labels.entries()) {
      for (const second of labels.slice(at + 1)) {
        const key = `${first} ${second}`
        const known = counts.get(key) ?? { first, second, pictures: 0 }
        counts.set(key, { ...known, pictures: known.pictures + 1 })
      }
    }
  }
  const size = (label: number) => ofLabel[label]!.contents.size
  const alike = [...counts.values()].filter(
    ({ first, second, pictures }) => 2 * pictures >= Math.min(size(first), size(second)),
  )
  if (alike.length === 0) return null
  const most = alike.reduce((best, pair) => (pair.pictures > best.pictures ? pair : best))
  return {
    kind: 'sharedPictures',
    first: names[most.first]!,
    second: names[most.second]!,
    pictures: most.pictures,
    pairs: alike.length,
  }
}
