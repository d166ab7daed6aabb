import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { confidentLearning } from '../../../src/core/findings/confidentLearning'
import { outOfFoldNeighbours } from '../../../src/core/findings/outOfFold'
import { labelQuality } from '../../../src/core/findings/voteFindings'
import { bestBut, normalizedMargin, shareOf, votesOf } from '../../../src/core/findings/votes'
import { featureSource } from '../../../src/core/inputSource'
import { createRandom } from '../../../src/core/math/random'
import { simdProduct } from '../../../src/core/math/simdProduct'
import { finish } from '../../../src/core/steps'

const labels = 12
const images = 480
const dimension = 24

/** Labelled rows around centres, 5 % of the labels flipped, and the votes on them out of fold. */
function flippedVotes() {
  const random = createRandom('cleanlab')
  const centers = Array.from({ length: labels * dimension }, () => random.normal())
  const truth = Int32Array.from({ length: images }, (_, row) => row % labels)
  const data = Float32Array.from({ length: images * dimension }, (_, at) => {
    const center = centers[truth[Math.floor(at / dimension)]! * dimension + (at % dimension)]!
    return center + 1.1 * random.normal()
  })
  const given = truth.slice()
  const flipped = random.shuffle(Uint32Array.from(given.keys())).subarray(0, images / 20)
  for (const row of flipped) {
    given[row] = (given[row]! + 1 + random.integer(labels - 1)) % labels
  }
  const nearest = finish(
    outOfFoldNeighbours({
      ...{ source: featureSource(data, dimension), rows: Uint32Array.from(given.keys()) },
      ...{
        labels: given,
        groups: Uint32Array.from(given.keys()),
        k: 10,
        product: simdProduct,
        random,
      },
    }),
  )
  return { given, flipped: new Set(flipped), votes: votesOf(nearest, given, 'equal') }
}

/** Chance that a flipped label scores below one that was not; equal scores count half. */
function auroc(scores: ArrayLike<number>, flipped: ReadonlySet<number>): number {
  let below = 0
  for (const bad of flipped) {
    for (let good = 0; good < scores.length; good++) {
      if (flipped.has(good)) continue
      below += scores[bad]! < scores[good]! ? 1 : scores[bad] === scores[good] ? 0.5 : 0
    }
  }
  return below / (flipped.size * (scores.length - flipped.size))
}

function findPython(): { readonly python: string } | { readonly why: string } {
  const python = process.env['SEMBLANCE_PYTHON'] ?? 'python3'
  try {
    execFileSync(python, ['-c', 'import cleanlab'], { stdio: 'pipe' })
    return { python }
  } catch {
    return { why: `${python} has no cleanlab` }
  }
}
const reader = findPython()
const title = 'why' in reader ? `(left out: ${reader.why})` : `by ${reader.python}`

describe('likely mislabels', () => {
  it('are those that were flipped', () => {
    const { given, flipped, votes } = flippedVotes()
    const quality = labelQuality(votes, given)
    const first = [...given.keys()].sort((a, b) => quality[a]! - quality[b]!).slice(0, 38)
    expect(first.filter((row) => flipped.has(row)).length / flipped.size).toBeGreaterThan(0.9)
    expect(auroc(quality, flipped)).toBeGreaterThan(0.97)
    const { isCandidate } = confidentLearning(votes, given, labels)
    const candidates = [...given.keys()].filter((row) => isCandidate[row] === 1)
    const hits = candidates.filter((row) => flipped.has(row)).length
    expect(hits / flipped.size).toBeGreaterThan(0.5)
    expect(hits / candidates.length).toBeGreaterThan(0.5)
  })
})

describe.skipIf('why' in reader)(`Cleanlab on the same votes ${title}`, () => {
  it('has the same scores, and ranks no better', () => {
    if ('why' in reader) return
    const { given, flipped, votes } = flippedVotes()
    const rows = [...given.keys()]
    const shares = rows.map((row) =>
      Array.from({ length: labels }, (_, label) => shareOf(votes, row, label)),
    )
    const script = join(import.meta.dirname, 'labelQuality.py')
    const input = JSON.stringify({ given: [...given], shares })
    const output = execFileSync(reader.python, [script], { encoding: 'utf8', input })
    const theirs = JSON.parse(output) as Record<'self_confidence' | 'normalized_margin', number[]>
    rows.forEach((row) => {
      const own = shareOf(votes, row, given[row]!)
      expect(theirs.self_confidence[row]).toBeCloseTo(own, 4)
      const margin = normalizedMargin(own, bestBut(votes, row, given[row]!).share)
      expect(theirs.normalized_margin[row]).toBeCloseTo(margin, 4)
    })
    const ours = auroc(labelQuality(votes, given), flipped)
    for (const scores of [theirs.self_confidence, theirs.normalized_margin]) {
      expect(ours).toBeGreaterThanOrEqual(auroc(scores, flipped) - 0.005)
    }
  })
})
