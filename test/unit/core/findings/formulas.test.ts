import { describe, expect, it } from 'vitest'
import { confidentLearning } from '../../../../src/core/findings/confidentLearning'
import { byWorth } from '../../../../src/core/findings/copies'
import { overlapOfLabels } from '../../../../src/core/findings/labelOverlap'
import { nearestOthers } from '../../../../src/core/findings/nearest'
import { dealGroups } from '../../../../src/core/findings/outOfFold'
import { findOutliers } from '../../../../src/core/findings/outliers'
import { measurePicture, pictureScores } from '../../../../src/core/findings/pictureMeasures'
import { signatureOf, unexplainedShare } from '../../../../src/core/findings/signature'
import { labelQuality } from '../../../../src/core/findings/voteFindings'
import {
  confidenceWeightedEntropy,
  normalizedMargin,
  shareOf,
  type Votes,
  votesOf,
} from '../../../../src/core/findings/votes'
import { matrixFromRows } from '../../../../src/core/math/matrix'
import { normalizeInPlace } from '../../../../src/core/math/normalizeRows'
import { createRandom } from '../../../../src/core/math/random'
import { simdProduct } from '../../../../src/core/math/simdProduct'
import { finish } from '../../../../src/core/steps'

/** Shares by label of each image. */
function votesFrom(shares: readonly (readonly number[])[]): Votes {
  const k = Math.max(...shares.map((own) => own.length))
  const votes: Votes = {
    ...{ images: shares.length, k, labels: new Int32Array(shares.length * k) },
    ...{ shares: new Float32Array(shares.length * k), counts: new Uint8Array(shares.length) },
  }
  shares.forEach((own, image) => {
    own.forEach((share, label) => {
      if (share === 0) return
      const at = image * k + votes.counts[image]!
      votes.labels[at] = label
      votes.shares[at] = share
      votes.counts[image]! += 1
    })
  })
  return votes
}

const nearestOf = (rows: readonly (readonly number[])[], k: number, mostExact = 1e9) => {
  const unit = matrixFromRows(rows)
  normalizeInPlace(unit)
  const queries = Uint32Array.from(rows.keys())
  const options = { k, product: simdProduct, random: createRandom(1), mostExact }
  return finish(nearestOthers(unit, queries, options))
}

describe('votes', () => {
  it('are shares of the nearest, by number or by distance', () => {
    const near = {
      k: 3,
      indices: Uint32Array.of(0, 1, 2),
      distances: Float32Array.of(0.1, 0.2, 0.2),
    }
    const labels = Int32Array.of(1, 0, 0)
    expect(shareOf(votesOf(near, labels, 'equal'), 0, 1)).toBeCloseTo(1 / 3, 6)
    // 10 against 5 + 5.
    expect(shareOf(votesOf(near, labels, 'distance'), 0, 1)).toBeCloseTo(0.5, 4)
    expect(shareOf(votesOf(near, labels, 'equal'), 0, 7)).toBe(0)
  })

  it('of nobody are none', () => {
    const near = { k: 1, indices: Uint32Array.of(0), distances: Float32Array.of(Infinity) }
    expect(votesOf(near, Int32Array.of(0), 'equal').counts[0]).toBe(0)
    expect(votesOf(nearestOf([[1, 0]], 5), Int32Array.of(0), 'equal').images).toBe(0)
  })

  it('give margin and entropy as computed by hand', () => {
    expect(normalizedMargin(0.2, 0.7)).toBeCloseTo(0.25, 12)
    // H(.5, .5) = ln 2 of ln 4: .5; over .5 is 1; ln 2 / 1.
    expect(confidenceWeightedEntropy([0.5, 0.5], 0.5, 4)).toBeCloseTo(Math.log(2), 12)
    expect(confidenceWeightedEntropy([1], 1, 4)).toBe(1)
    expect(confidenceWeightedEntropy([1], 0, 4)).toBe(0)
    expect(confidenceWeightedEntropy([1], 1, 1)).toBe(1)
  })

  it('rank labels by self-confidence, and equal ones by margin', () => {
    const quality = labelQuality(
      votesFrom([
        [0.2, 0.8, 0],
        [0.2, 0.4, 0.4],
        [0.9, 0.1, 0],
      ]),
      Int32Array.of(0, 0, 0),
    )
    expect(quality[0]).toBeLessThan(quality[1]!)
    expect(quality[1]).toBeLessThan(quality[2]!)
  })
})

describe('confident learning', () => {
  it('has the joint and the candidates that a hand computes', () => {
    const votes = votesFrom([
      [0.9, 0.1],
      [0.7, 0.3],
      [0.1, 0.9],
      [0.2, 0.8],
      [0.4, 0.6],
    ])
    const given = Int32Array.of(0, 0, 0, 1, 1)
    const { thresholds, joint, isCandidate } = confidentLearning(votes, given, 2)
    expect(thresholds[0]).toBeCloseTo(1.7 / 3, 6)
    expect(thresholds[1]).toBeCloseTo(0.7, 6)
    // Counted: 0 and 1 as 0, 2 and 3 as 1; 4 reaches neither.
    expect(joint).toEqual([
      { given: 0, guessed: 0, count: 2 },
      { given: 0, guessed: 1, count: 1 },
      { given: 1, guessed: 1, count: 2 },
    ])
    expect([...isCandidate]).toEqual([0, 0, 1, 0, 0])
  })

  it('leaves images without a label out', () => {
    const votes = votesFrom([
      [1, 0],
      [0, 1],
    ])
    const { joint } = confidentLearning(votes, Int32Array.of(-1, 1), 2)
    expect(joint).toEqual([{ given: 1, guessed: 1, count: 1 }])
  })
})

it('one thing under two names overlaps by half, however unequal the numbers', () => {
  const shares = Array.from({ length: 10 }, () => [0.9, 0.1])
  const given = Int32Array.from({ length: 10 }, (_, i) => Number(i === 9))
  const [pair] = overlapOfLabels(votesFrom(shares), given, 2)
  expect(pair!.share).toBeCloseTo(0.5, 6)
  const apart = votesFrom([
    [1, 0],
    [0, 1],
  ])
  expect(overlapOfLabels(apart, Int32Array.of(0, 1), 2)).toEqual([])
})

describe('nearest others', () => {
  it('leave out the row by its index and not its copy', () => {
    const { indices, distances, k } = nearestOf(
      [
        [1, 0],
        [1, 0],
        [0, 1],
      ],
      9,
    )
    expect(k).toBe(2)
    expect([...indices]).toEqual([1, 2, 0, 2, 0, 1])
    expect(distances[0]).toBeCloseTo(0, 6)
  })

  it('are nearly all found in cells', () => {
    const random = createRandom(3)
    const centers = Array.from({ length: 20 }, () =>
      Array.from({ length: 8 }, () => random.normal()),
    )
    const rows = Array.from({ length: 3000 }, (_, i) =>
      centers[i % 20]!.map((value) => value + 0.3 * random.normal()),
    )
    const exact = nearestOf(rows, 5)
    const found = nearestOf(rows, 5, 100)
    const wanted = new Set(exact.indices.map((other, at) => Math.floor(at / 5) * 3000 + other))
    let hits = 0
    found.indices.forEach((other, at) => {
      if (wanted.has(Math.floor(at / 5) * 3000 + other)) hits++
    })
    expect(hits / found.indices.length).toBeGreaterThan(0.95)
  })
})

it('folds keep groups together and spread each label', () => {
  const labels = Int32Array.from({ length: 100 }, (_, i) => i % 4)
  const groups = Uint32Array.from({ length: 100 }, (_, i) => (i < 8 ? i % 4 : i))
  const folds = dealGroups(labels, groups, 5, createRandom(1))
  for (let i = 0; i < 4; i++) expect(folds[i]).toBe(folds[i + 4])
  for (let label = 0; label < 4; label++) {
    const own = [...folds].filter((_, i) => labels[i] === label)
    for (let fold = 0; fold < 5; fold++) {
      expect(own.filter((one) => one === fold).length).toBeGreaterThanOrEqual(3)
    }
  }
})

describe('outliers', () => {
  it('stand farther than Q3 + 1.7 IQR', () => {
    const near = { k: 1, indices: new Uint32Array(5), distances: Float32Array.of(1, 2, 3, 4, 20) }
    const { limit, scores } = findOutliers(near, 1.7)
    expect(limit).toBeCloseTo(4 + 1.7 * 2, 6)
    expect(scores[2]).toBeCloseTo(Math.exp(-1), 6)
  })

  it('are none where all are equal', () => {
    const near = { k: 1, indices: new Uint32Array(4), distances: new Float32Array(4) }
    const { limit, scores, distances } = findOutliers(near, 1.7)
    expect(scores.every(Number.isFinite)).toBe(true)
    expect(distances.some((distance) => distance > limit)).toBe(false)
  })
})

describe('pictures', () => {
  const flat = (level: number) => ({
    data: new Uint8Array(64 * 64 * 3).fill(level),
    ...{ widthPx: 64, heightPx: 64 },
  })
  const scoresOf = (pixels: ReturnType<typeof flat>) => pictureScores(measurePicture(pixels))

  it('that are black, white or of one colour score so', () => {
    expect(scoresOf(flat(0))).toMatchObject({ dark: 0, light: 1, blank: 0 })
    expect(scoresOf(flat(255)).dark).toBeCloseTo(1, 2)
    expect(scoresOf(flat(255)).light).toBeCloseTo(0, 2)
    // All 4,096 pixels in one of 256 levels: deviation 255.5.
    expect(scoresOf(flat(128)).blurred).toBe(1)
  })

  it('of half black and half white have one bit, and an edge that is sharp', () => {
    const pixels = flat(0)
    pixels.data.fill(255, pixels.data.length / 2)
    const { blank, dark, light } = scoresOf(pixels)
    expect(blank).toBeCloseTo(0.1, 6)
    expect([dark, light]).toEqual([1, 1])
    expect(measurePicture(pixels).edges).toBeGreaterThan(40)
  })

  it('explain their crop and not another picture', () => {
    const random = createRandom(5)
    const waves = Array.from(
      { length: 6 },
      () => [random.normal(0, 4), random.normal(0, 4)] as const,
    )
    const draw = (from: number, to: number, turned = 1) => {
      const data = new Uint8Array(128 * 128 * 3)
      for (let at = 0; at < 128 * 128; at++) {
        const x = from + (((at % 128) + 0.5) / 128) * (to - from)
        const y = from + ((Math.floor(at / 128) + 0.5) / 128) * (to - from)
        const value = waves.reduce((sum, [a, b]) => sum + Math.sin(a * x * turned + b * y), 0)
        data.fill(Math.max(0, Math.min(255, 128 + 25 * value)), 3 * at, 3 * at + 3)
      }
      return signatureOf({ data, widthPx: 128, heightPx: 128 })
    }
    const whole = draw(0, 1)
    expect(unexplainedShare(whole, whole)).toBe(0)
    expect(unexplainedShare(whole, draw(0, 0.97))).toBeLessThan(0.01)
    expect(unexplainedShare(whole, draw(0, 1, -1))).toBeGreaterThan(0.1)
    const grey = signatureOf(flat(128))
    expect(unexplainedShare(grey, grey)).toBe(0)
    expect(unexplainedShare(grey, signatureOf(flat(129)))).toBeGreaterThan(1)
  })
})

it('the copy to keep has most pixels, then most bytes, then is the oldest', () => {
  const one = { widthPx: 10, heightPx: 10, bytes: 5, modifiedAt: 3, path: 'a' }
  const better = [{ heightPx: 11 }, { bytes: 6 }, { modifiedAt: 2 }, { path: '1' }]
  for (const more of better) {
    expect(byWorth({ ...one, ...more }, one)).toBeLessThan(0)
    expect(byWorth(one, { ...one, ...more })).toBeGreaterThan(0)
  }
})
