import type { OpenSetPoint } from '../../shared/model/prediction'

/** How strange images of known and of unknown labels look, and which answers were right. */
export interface OpenSetScores {
  /** [n] larger is stranger. */
  readonly known: Float64Array
  /** [n] 1 where the answer was right. */
  readonly right: Uint8Array
  /** [m] */
  readonly unknown: Float64Array
}

/** Scores of both kinds in rising order; a place at or beyond the known is that of an unknown. */
export function orderOf({ known, unknown }: OpenSetScores): Uint32Array {
  const score = (place: number) =>
    place < known.length ? known[place]! : unknown[place - known.length]!
  return Uint32Array.from({ length: known.length + unknown.length }, (_, i) => i).sort(
    (a, b) => score(a) - score(b) || a - b,
  )
}

export interface OpenSetFigures {
  readonly auroc: number | null
  readonly oscr: number | null
}

/**
 * AUROC: how often an unknown image is stranger than a known one, ties half (Hanley and McNeil
 * 1982). OSCR: area under the share of known images that are accepted and answered right, against
 * the share of unknown ones accepted (Dhamija, Guenther, Boult 2018), by trapezoids.
 * @param order of `orderOf`
 * @param times how often each place counts; absent: once
 */
export function openSetFigures(
  scores: OpenSetScores,
  order: Uint32Array,
  times?: Uint32Array,
): OpenSetFigures {
  let knownSeen = 0
  let rightSeen = 0
  let unknownSeen = 0
  let pairs = 0
  let area = 0
  visitTies(scores, order, times, ({ known, right, unknown }) => {
    pairs += unknown * (knownSeen + known / 2)
    area += unknown * (rightSeen + right / 2)
    knownSeen += known
    rightSeen += right
    unknownSeen += unknown
  })
  if (knownSeen === 0 || unknownSeen === 0) return { auroc: null, oscr: null }
  return { auroc: pairs / knownSeen / unknownSeen, oscr: area / knownSeen / unknownSeen }
}

/** The curve at each score that occurs, from nothing accepted to everything, thinned evenly. */
export function openSetCurve(
  scores: OpenSetScores,
  order: Uint32Array,
  mostPoints = 201,
): readonly OpenSetPoint[] {
  const { known, unknown } = scores
  const points: OpenSetPoint[] = []
  if (known.length === 0 || unknown.length === 0) return points
  let accepted = 0
  let right = 0
  let wrong = 0
  visitTies(scores, order, undefined, (tie) => {
    accepted += tie.known
    right += tie.right
    wrong += tie.unknown
    points.push({
      threshold: tie.score,
      falseAccept: wrong / unknown.length,
      falseReject: 1 - accepted / known.length,
      correct: right / known.length,
    })
  })
  if (points.length <= mostPoints) return points
  return Array.from(
    { length: mostPoints },
    (_, i) => points[Math.round((i * (points.length - 1)) / (mostPoints - 1))]!,
  )
}

/** Below every score: nothing is accepted. */
export const acceptsNothing = -1

/**
 * The largest score that occurs and at which at most a share of the unknown images is accepted,
 * where what is no stranger than the threshold is accepted; `acceptsNothing` where there is none.
 * @returns null without an unknown image
 */
export function thresholdFor(
  { known, unknown }: Pick<OpenSetScores, 'known' | 'unknown'>,
  falseAccept: number,
): number | null {
  if (unknown.length === 0) return null
  const sorted = Float64Array.from(unknown).sort()
  // A share such as .07 of 100 is a little less than 7 in binary.
  const allowed = Math.floor(falseAccept * unknown.length + 1e-9)
  const limit = allowed >= sorted.length ? Infinity : sorted[allowed]!
  let threshold = acceptsNothing
  for (const scores of [known, sorted]) {
    for (const score of scores) if (score < limit && score > threshold) threshold = score
  }
  return threshold
}

interface Tie {
  readonly score: number
  readonly known: number
  readonly right: number
  readonly unknown: number
}

function visitTies(
  { known, right, unknown }: OpenSetScores,
  order: Uint32Array,
  times: Uint32Array | undefined,
  visit: (tie: Tie) => void,
): void {
  const scoreAt = (place: number) =>
    place < known.length ? known[place]! : unknown[place - known.length]!
  for (let from = 0; from < order.length;) {
    const score = scoreAt(order[from]!)
    const tie = { score, known: 0, right: 0, unknown: 0 }
    while (from < order.length && scoreAt(order[from]!) === score) {
      const place = order[from++]!
      const count = times?.[place] ?? 1
      if (place < known.length) {
        tie.known += count
        tie.right += count * right[place]!
      } else tie.unknown += count
    }
    visit(tie)
  }
}
