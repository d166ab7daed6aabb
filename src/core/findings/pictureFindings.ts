import type { Finding, FindingLimits } from '../../shared/model/findings'
import type { FaultInput } from './faultInput'
import type { Lists } from './lists'
import { pictureScores } from './pictureMeasures'
import { quartilesOf } from './quantiles'

const pixelKinds = ['dark', 'light', 'blurred', 'blank'] as const

/** Pictures that are dark, light, blurred, blank, or of an odd size or shape. */
export function pictureFindings(input: FaultInput, limits: FindingLimits, lists: Lists): void {
  const scores = input.measures.map((measures) =>
    measures === null ? null : pictureScores(measures),
  )
  for (const kind of pixelKinds) {
    lists.keepScores(
      kind,
      scores.map((own) => own?.[kind] ?? NaN),
    )
    const limit = limits[kind]
    const found = [...scores.entries()]
      .filter(([, own]) => own !== null && own[kind] < limit)
      .map(([image, own]): Finding => {
        const score = own![kind]
        const evidence = { kind, score, limit }
        return { ...{ kind, image, suggestion: null, score, group: null }, evidence }
      })
    lists.put(kind, found, false)
  }
  oddShapes(input, limits, lists)
}

/** Fewer tell of no usual size. */
const leastForSize = 8

function oddShapes({ widthPx, heightPx, paths }: FaultInput, limits: FindingLimits, lists: Lists) {
  const images = [...paths.keys()]
  const sizes = images.map((image) => Math.sqrt(widthPx[image]! * heightPx[image]!))
  const { q1, q3 } = quartilesOf(sizes)
  const reach = limits.size * (q3 - q1)
  const [smallest, largest] = [q1 - reach, q3 + reach]
  const scores = new Float64Array(images.length)
  const found: Finding[] = []
  for (const image of images) {
    const [width, height] = [widthPx[image]!, heightPx[image]!]
    const aspect = Math.min(width / height, height / width)
    const isNarrow = aspect < limits.aspect
    const size = sizes[image]!
    const isOdd = images.length >= leastForSize && (size < smallest || size > largest)
    // Both as a share of what is allowed, 1 and more for the usual.
    const sizeShare = isOdd ? (size < smallest ? size / smallest : largest / size) : 1
    const score = Math.min(aspect / limits.aspect, sizeShare)
    scores[image] = score
    if (!isNarrow && !isOdd) continue
    const limit = isNarrow ? limits.aspect : size < smallest ? smallest : largest
    found.push({
      ...{ kind: 'oddShape', image, suggestion: null, score, group: null },
      evidence: { kind: 'oddShape', widthPx: width, heightPx: height, isNarrow, limit },
    })
  }
  lists.keepScores('oddShape', scores)
  lists.put('oddShape', found, false)
}
