import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/math/random'
import { finish } from '../../../../src/core/steps'
import { heightAt, isotonicRegression } from '../../../../src/core/prediction/isotonic'
import { labelIntervals } from '../../../../src/core/prediction/labelBootstrap'
import {
  acceptsNothing,
  openSetCurve,
  openSetFigures,
  orderOf,
  thresholdFor,
} from '../../../../src/core/prediction/openSet'
import { binByConfidence, calibrationError } from '../../../../src/core/prediction/reliability'
import { nearestMean, voteOf } from '../../../../src/core/prediction/vote'

const random = createRandom(7)
const scoresOf = (known: number[], right: number[], unknown: number[]) => ({
  known: Float64Array.from(known),
  right: Uint8Array.from(right),
  unknown: Float64Array.from(unknown),
})

describe('isotonic regression', () => {
  it('pools what falls, by hand', () => {
    const fit = isotonicRegression([1, 2, 3, 4, 5], [1, 3, 2, 4, 3.5])!
    expect(fit).toEqual({ x: [1, 2, 3, 4, 5], y: [1, 2.5, 2.5, 3.75, 3.75] })
    expect(heightAt(fit, 0)).toBe(1)
    expect(heightAt(fit, 1.5)).toBeCloseTo(1.75, 12)
    expect(heightAt(fit, 2.7)).toBe(2.5)
    expect(heightAt(fit, 9)).toBe(3.75)
  })

  it('takes equal x as one point and gives nothing of nothing', () => {
    expect(isotonicRegression([0.5, 0.5, 0.2], [1, 0, 0])).toEqual({ x: [0.2, 0.5], y: [0, 0.5] })
    expect(isotonicRegression([], [])).toBeNull()
  })

  it('is the mean-max formula of every point', () => {
    const x = Array.from({ length: 60 }, (_, i) => i)
    const y = x.map(() => random.integer(4))
    const fit = isotonicRegression(x, y)!
    const mean = (from: number, to: number) =>
      y.slice(from, to + 1).reduce((sum, value) => sum + value, 0) / (to + 1 - from)
    for (const at of x) {
      // max over s <= at of min over t >= at of the mean of s..t
      const best = Math.max(
        ...x.slice(0, at + 1).map((s) => Math.min(...x.slice(at).map((t) => mean(s, t)))),
      )
      expect(heightAt(fit, at)).toBeCloseTo(best, 10)
    }
  })
})

describe('the vote', () => {
  it('counts, and of equal votes takes the label of the nearest voter', () => {
    expect(voteOf([3, 5, 5, 3, 1], [1, 2, 3, 4, 5], 'vote')).toEqual({
      label: 3,
      share: 0.4,
      distance: 5,
    })
    expect(voteOf([3, 5, 5], [1, 2, 3], 'vote').label).toBe(5)
  })

  it('weighs a near voter more than two far ones', () => {
    const answer = voteOf([3, 5, 5], [0.1, 1, 1], 'weightedVote')
    const weights = [Math.exp((1 - 0.005) / 0.07), Math.exp((1 - 0.5) / 0.07)]
    expect(answer.label).toBe(3)
    expect(answer.share).toBeCloseTo(weights[0]! / (weights[0]! + 2 * weights[1]!), 12)
  })

  it('answers nothing where there is nobody', () => {
    expect(voteOf([], [], 'vote')).toEqual({ label: -1, share: 0, distance: Infinity })
    expect(nearestMean([Infinity])).toEqual({ label: -1, share: 0, distance: Infinity })
  })

  it('takes the nearest mean, with the share of the second', () => {
    expect(nearestMean([3, 1, 2])).toEqual({ label: 1, share: 2 / 3, distance: 1 })
    expect(nearestMean([Infinity, 1])).toEqual({ label: 1, share: 1, distance: 1 })
    expect(nearestMean([0, 0])).toEqual({ label: 0, share: 0.5, distance: 0 })
  })
})

describe('known against unknown', () => {
  it('is the count over all pairs, and the area under the curve, with ties and draws', () => {
    const draw = (n: number) => Array.from({ length: n }, () => random.integer(12))
    const known = draw(40)
    const unknown = draw(30).map((score) => score + 3)
    const right = known.map(() => random.integer(2))
    const scores = scoresOf(known, right, unknown)
    const times = Uint32Array.from({ length: 70 }, () => random.integer(3))
    for (const weights of [undefined, times]) {
      const of = (place: number) => weights?.[place] ?? 1
      let pairs = 0
      let total = 0
      known.forEach((k, i) =>
        unknown.forEach((u, j) => {
          const weight = of(i) * of(40 + j)
          total += weight
          pairs += weight * (u > k ? 1 : u === k ? 0.5 : 0)
        }),
      )
      const at = (t: number) => {
        const share = (values: number[], wanted: (i: number) => boolean, offset: number) => {
          let sum = 0
          let all = 0
          values.forEach((_, i) => {
            all += of(offset + i)
            if (wanted(i)) sum += of(offset + i)
          })
          return sum / all
        }
        return [
          share(unknown, (j) => unknown[j]! <= t, 40),
          share(known, (i) => known[i]! <= t && right[i] === 1, 0),
        ] as const
      }
      let area = 0
      let before: readonly [number, number] = [0, 0]
      for (let t = 0; t <= 15; t++) {
        const now = at(t)
        area += ((now[0] - before[0]) * (now[1] + before[1])) / 2
        before = now
      }
      const figures = openSetFigures(scores, orderOf(scores), weights)
      expect(figures.auroc).toBeCloseTo(pairs / total, 12)
      expect(figures.oscr).toBeCloseTo(area, 12)
    }
  })

  it('has no figure without one kind', () => {
    const scores = scoresOf([1], [1], [])
    expect(openSetFigures(scores, orderOf(scores))).toEqual({ auroc: null, oscr: null })
    expect(thresholdFor(scores, 0.5)).toBeNull()
    expect(openSetCurve(scores, orderOf(scores))).toEqual([])
  })

  it('draws the curve through every score', () => {
    const scores = scoresOf([1, 2, 4], [1, 0, 1], [2, 3])
    const points = openSetCurve(scores, orderOf(scores))
    expect(points.map(({ threshold }) => threshold)).toEqual([1, 2, 3, 4])
    expect(points.map(({ falseAccept }) => falseAccept)).toEqual([0, 0.5, 1, 1])
    points.forEach(({ falseReject }, i) =>
      expect(falseReject).toBeCloseTo([2 / 3, 1 / 3, 1 / 3, 0][i]!, 12),
    )
    expect(points.map(({ correct }) => correct)).toEqual([1 / 3, 1 / 3, 1 / 3, 2 / 3])
  })

  it('chooses the largest threshold that keeps the rate', () => {
    const unknown = Array.from({ length: 100 }, (_, i) => i + 1)
    const scores = scoresOf([0.5, 7.5], [1, 1], unknown)
    expect(thresholdFor(scores, 0)).toBe(0.5)
    expect(thresholdFor(scores, 0.07)).toBe(7.5)
    expect(thresholdFor(scores, 0.0799)).toBe(7.5)
    expect(thresholdFor(scores, 0.08)).toBe(8)
    expect(thresholdFor(scores, 1)).toBe(100)
    expect(thresholdFor(scoresOf([3], [1], [2, 2, 4]), 0.4)).toBe(acceptsNothing)
    for (const rate of [0, 0.01, 0.3]) {
      const t = thresholdFor(scores, rate)!
      expect(unknown.filter((score) => score <= t).length / 100).toBeLessThanOrEqual(rate)
    }
  })
})

describe('calibration', () => {
  it('is the mean gap of bins of equal mass, by hand', () => {
    const confidence = Float64Array.from({ length: 30 }, (_, i) => (i + 1) / 30)
    const right = Uint8Array.from({ length: 30 }, (_, i) => i % 2)
    const order = Uint32Array.from(confidence.keys())
    const bins = binByConfidence(confidence, right, order)
    expect(bins).toHaveLength(15)
    bins.forEach((bin, i) => {
      expect(bin.count).toBe(2)
      expect(bin.accuracy).toBe(0.5)
      expect(bin.confidence).toBeCloseTo((4 * i + 3) / 60, 12)
    })
    const gaps = bins.map((bin) => Math.abs(bin.confidence - 0.5))
    expect(calibrationError(bins)).toBeCloseTo(gaps.reduce((a, b) => a + b) / 15, 12)
    expect(calibrationError([])).toBeNull()
  })

  it('weighs a drawn image as that many images', () => {
    const confidence = Float64Array.from([0.3, 0.1, 0.9, 0.7])
    const right = Uint8Array.from([0, 1, 1, 0])
    const times = Uint32Array.from([9, 0, 20, 4])
    const order = Uint32Array.from([1, 0, 3, 2])
    const places = [...order].flatMap((i) => new Array<number>(times[i]!).fill(i))
    const repeated = binByConfidence(
      Float64Array.from(places, (i) => confidence[i]!),
      Uint8Array.from(places, (i) => right[i]!),
      Uint32Array.from(places.keys()),
    )
    const weighted = binByConfidence(confidence, right, order, times)
    expect(weighted).toHaveLength(repeated.length)
    weighted.forEach((bin, i) => {
      expect(bin.count).toBe(repeated[i]!.count)
      expect(bin.accuracy).toBeCloseTo(repeated[i]!.accuracy, 12)
      expect(bin.confidence).toBeCloseTo(repeated[i]!.confidence, 12)
    })
  })
})

describe('intervals over labels', () => {
  it('are as wide as the mean over labels varies', () => {
    const values = Float64Array.from({ length: 200 }, () => random.normal())
    const [interval] = finish(
      labelIntervals({ labels: 200, random, looks: 200 }, (times) => [
        values.reduce((sum, value, i) => sum + value * times[i]!, 0) / 200,
      ]),
    )
    const mean = values.reduce((a, b) => a + b) / 200
    const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / 200
    expect((interval![1] - interval![0]) / (2 * 1.96 * spread)).toBeCloseTo(1, 0.8)
    expect(interval![0]).toBeLessThan(mean)
    expect(interval![1]).toBeGreaterThan(mean)
  })

  it('are absent of too few labels', () => {
    const measure = () => [0.5, null]
    expect(finish(labelIntervals({ labels: 4, random, looks: 1 }, measure))).toEqual([null, null])
  })
})
