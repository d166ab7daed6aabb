import type { Finding, FindingLimits } from '../../shared/model/findings'
import { looksAlike } from '../../shared/model/labelName'
import type { FaultInput } from './faultInput'
import type { Lists } from './lists'

/** Labels with too few images, and labels whose names nearly equal each other. */
export function labelFindings(input: FaultInput, { atLeast }: FindingLimits, lists: Lists): void {
  const imagesOf = new Map<number, number[]>()
  input.labels.forEach((label, image) => {
    if (label < 0) return
    const known = imagesOf.get(label)
    if (known === undefined) imagesOf.set(label, [image])
    else known.push(image)
  })
  if (imagesOf.size === 0) {
    lists.gap('tooFew', 'noLabels')
    lists.gap('labelName', 'noLabels')
    return
  }
  const few: Finding[] = []
  for (const [label, images] of imagesOf) {
    if (images.length >= atLeast) continue
    for (const image of images) {
      const evidence = { kind: 'tooFew', images: images.length, atLeast } as const
      few.push({
        ...{ kind: 'tooFew', image, suggestion: null, score: images.length, group: label + 1 },
        evidence,
      })
    }
  }
  lists.put('tooFew', few, false)
  lists.put('labelName', nearNames(input.labelNames, imagesOf), true)
}

/** Images of all names of a group but its most frequent one, which is suggested. */
function nearNames(
  labelNames: readonly string[],
  imagesOf: ReadonlyMap<number, readonly number[]>,
): Finding[] {
  const labels = [...imagesOf.keys()]
    .sort((a, b) => (labelNames[a]! < labelNames[b]! ? -1 : 1))
    .map((label) => ({ label, name: labelNames[label]! }))
  return looksAlike(labels).flatMap((group, at) => {
    const size = (label: number) => imagesOf.get(label)!.length
    const most = group.reduce((best, one) => (size(one.label) > size(best.label) ? one : best))
    return group
      .filter(({ label }) => label !== most.label)
      .flatMap(({ label }) =>
        imagesOf.get(label)!.map((image): Finding => {
          const evidence = { kind: 'labelName', other: most.label } as const
          return {
            ...{ kind: 'labelName', image, suggestion: most.label, score: size(label) },
            ...{ group: at + 1, evidence },
          }
        }),
      )
  })
}
