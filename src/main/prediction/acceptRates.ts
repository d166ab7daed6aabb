import type { OpenSetScores } from '../../core/prediction/openSet'
import { thresholdFor } from '../../core/prediction/openSet'
import type { AcceptRate } from '../../shared/model/asked'

/** Percents of false accepts that can be chosen. */
const percents = [
  ...[0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  ...[12, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100],
]

/** The threshold of each rate, and what it does to the held-out images; none without them. */
export function acceptRates({ known, right, unknown }: OpenSetScores): readonly AcceptRate[] {
  return percents.flatMap((percent) => {
    const asked = percent / 100
    const threshold = thresholdFor({ known, unknown }, asked)
    if (threshold === null || known.length === 0) return []
    const accepted = (scores: Float64Array) => scores.filter((one) => one <= threshold).length
    const correct = known.filter((one, i) => one <= threshold && right[i] === 1).length
    return [
      {
        ...{ asked, threshold },
        falseAccept: accepted(unknown) / unknown.length,
        falseReject: 1 - accepted(known) / known.length,
        correct: correct / known.length,
      },
    ]
  })
}
