import { describe, expect, it } from 'vitest'
import { createMatrix, gatherRows, type Matrix } from '../../../../src/core/math/matrix'
import { normalizeRows } from '../../../../src/core/math/normalizeRows'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import { finish } from '../../../../src/core/steps'
import { askHeldOut } from '../../../../src/core/prediction/askHeldOut'
import { suitabilitySteps } from '../../../../src/core/prediction/likeAndUnlike'
import {
  measurePredictionAtOnce,
  type PredictionSet,
} from '../../../../src/core/prediction/measurePrediction'
import { pairRates } from '../../../../src/core/prediction/pairRates'
import { meansOf, predictSteps } from '../../../../src/core/prediction/predict'
import { nearestMean, voteOf } from '../../../../src/core/prediction/vote'

const product = javascriptProduct
const random = createRandom(3)

/** Rows around a direction of each label; every third row is a twin of the one before. */
function setOf(labels: number, perLabel: number, spread = 0.6, d = 6): PredictionSet {
  const n = labels * perLabel
  const embeddings = createMatrix(n, d)
  const centres = Float64Array.from({ length: labels * d }, () => random.normal())
  const labelOf = Int32Array.from({ length: n }, (_, row) => row % labels)
  const groups = Uint32Array.from({ length: n }, (_, row) => row)
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < d; k++) {
      const centre = centres[labelOf[row]! * d + k]!
      embeddings.data[row * d + k] = centre + random.normal(0, spread)
    }
    if (row % 3 !== 2 || row < labels) continue
    groups[row] = groups[row - labels]!
    const twin = (row - labels) * d
    embeddings.data.set(embeddings.data.subarray(twin, twin + d), row * d)
  }
  const isHeldOut = Uint8Array.from(labelOf, (label) => (label % 2 === 0 ? 1 : 0))
  return { embeddings, labels: labelOf, groups, isHeldOut, heldOut: 'labels' }
}

const options = { k: 5, falseAccept: 0.1, product, random: createRandom(1) }

const distanceOf = ({ data, columns }: Matrix, i: number, j: number): number => {
  let sum = 0
  for (let k = 0; k < columns; k++) sum += (data[i * columns + k]! - data[j * columns + k]!) ** 2
  return Math.sqrt(sum)
}

describe('asking what was held out', () => {
  it('answers as a search over all rows does, without twins and without the label', () => {
    const set = setOf(6, 9)
    const { unit } = normalizeRows(set.embeddings)
    const queries = Uint32Array.from(set.labels.keys()).filter((row) => set.isHeldOut[row] === 1)
    const answers = finish(askHeldOut({ ...set, unit, queries }, { k: 5, product }))
    expect(answers.asked).toBe(queries.length)
    queries.forEach((query, place) => {
      for (const kind of ['known', 'unknown'] as const) {
        const rows = [...set.labels.keys()]
          .filter((row) => set.groups[row] !== set.groups[query])
          .filter((row) => kind === 'known' || set.labels[row] !== set.labels[query])
        const sorted = [...rows]
          .sort((a, b) => distanceOf(unit, query, a) - distanceOf(unit, query, b) || a - b)
          .slice(0, 5)
        for (const rule of ['vote', 'weightedVote'] as const) {
          const expected = voteOf(
            sorted.map((row) => set.labels[row]!),
            sorted.map((row) => distanceOf(unit, query, row)),
            rule,
          )
          const found = answers[kind][rule][place]!
          expect(found.label).toBe(expected.label)
          expect(found.share).toBeCloseTo(expected.share, 5)
          expect(found.distance).toBeCloseTo(expected.distance, 5)
        }
        const toMeans = Array.from({ length: 6 }, (_, label) => {
          const own = rows.filter((row) => set.labels[row] === label)
          if (own.length === 0) return Infinity
          const mean = createMatrix(2, unit.columns)
          for (const row of own) {
            for (let k = 0; k < unit.columns; k++)
              mean.data[k]! += unit.data[row * unit.columns + k]!
          }
          const normal = normalizeRows(mean).unit
          normal.data.set(gatherRows(unit, [query]).data, unit.columns)
          return distanceOf(normal, 0, 1)
        })
        const expected = nearestMean(toMeans)
        expect(answers[kind].classMean[place]!.label).toBe(expected.label)
        expect(answers[kind].classMean[place]!.distance).toBeCloseTo(expected.distance, 5)
        expect(answers[kind].classMean[place]!.share).toBeCloseTo(expected.share, 5)
      }
    })
  })
})

describe('rates of pairs', () => {
  it('are those of all pairs, and OPIS is its definition', () => {
    const set = setOf(8, 12, 0.9)
    const { unit } = normalizeRows(set.embeddings)
    const every = Uint32Array.from(set.labels.keys())
    const figures = finish(pairRates({ ...set, unit, queries: every }, { product, random }))
    const pairs: { readonly label: number; readonly same: boolean; readonly d: number }[] = []
    for (const i of every) {
      for (const j of every) {
        if (set.groups[i] === set.groups[j]) continue
        const same = set.labels[i] === set.labels[j]
        pairs.push({ label: set.labels[i]!, same, d: distanceOf(unit, i, j) })
      }
    }
    const share = (of: typeof pairs, wanted: (d: number) => boolean) =>
      of.filter(({ d }) => wanted(d)).length / of.length
    const same = pairs.filter((pair) => pair.same)
    const other = pairs.filter((pair) => !pair.same)
    for (const point of figures.pairs!.curve) {
      expect(point.falseAccept).toBeCloseTo(
        share(other, (d) => d <= point.threshold),
        10,
      )
      expect(point.falseReject).toBeCloseTo(
        share(same, (d) => d > point.threshold),
        10,
      )
    }
    const { threshold, falseAccept, falseReject } = figures.pairs!
    expect(falseAccept.value).toBeCloseTo(
      share(other, (d) => d <= threshold),
      10,
    )
    expect(falseReject.value).toBeCloseTo(
      share(same, (d) => d > threshold),
      10,
    )
    expect(falseAccept.value).toBeGreaterThanOrEqual(0.01)
    const sorted = other.map(({ d }) => d).sort((a, b) => a - b)
    // The thresholds lie on a grid of 1 - cosine.
    const upTo = (d: number) => Math.sqrt((2 * Math.ceil((d * d * 4096) / 4 - 1e-9) * 2) / 4096)
    const first = upTo(sorted[Math.ceil(0.01 * sorted.length) - 1]!)
    const last = upTo(sorted[Math.ceil(0.1 * sorted.length) - 1]!)
    expect(threshold).toBeCloseTo(first, 10)
    let sum = 0
    for (let at = 0; at < 50; at++) {
      const d = first + (at * (last - first)) / 49
      const utilities = Array.from({ length: 8 }, (_, label) => {
        const phi = share(
          same.filter((pair) => pair.label === label),
          (x) => x <= d,
        )
        const psi = share(
          other.filter((pair) => pair.label === label),
          (x) => x > d,
        )
        return phi + psi > 0 ? (2 * phi * psi) / (phi + psi) : 0
      })
      const mean = utilities.reduce((a, b) => a + b) / 8
      sum += utilities.reduce((total, u) => total + (u - mean) ** 2, 0)
    }
    expect(figures.opis!.value).toBeCloseTo(sum / (8 * 50), 6)
    expect(figures.opis!.low).toBeLessThan(figures.opis!.high!)
    expect(figures.worstOpis).toBeGreaterThanOrEqual(0)
  })

  it('are absent where there is no pair of one label', () => {
    const unit = createMatrix(3, 2, Float32Array.from([1, 0, 0, 1, -1, 0]))
    const three = Uint32Array.from([0, 1, 2])
    const alone = { unit, labels: Int32Array.from(three), groups: three, queries: three }
    expect(finish(pairRates(alone, { product, random }))).toEqual({
      pairs: null,
      opis: null,
      worstOpis: null,
    })
  })
})

describe('measuring prediction', () => {
  it('finds nearly all where labels lie apart, and says with what', () => {
    const { decision, report } = measurePredictionAtOnce(setOf(16, 12, 0.05), options)
    expect(report.heldOut).toBe('labels')
    expect(report.labels).toBe(8)
    expect(report.known).toBe(96)
    expect(report.unknown).toBe(96)
    expect(report.accuracy).toEqual({ value: 1, low: 1, high: 1 })
    expect(report.auroc!.value).toBeGreaterThan(0.99)
    expect(report.oscr!.value).toBeCloseTo(report.auroc!.value, 10)
    expect(report.accuracies.map(({ rule }) => rule)).toEqual(['vote', 'weightedVote', 'classMean'])
    expect(decision.rule).toBe('vote')
    expect(report.threshold!.falseReject.value).toBeLessThan(0.2)
    expect(report.calibrationError!.value).toBeLessThan(0.05)
    expect(report.reliability.reduce((sum, { count }) => sum + count, 0)).toBe(96)
    expect(report.pairs!.falseReject.value).toBeLessThan(0.1)
    expect(report.opis).not.toBeNull()
  })

  it('is no better than chance where labels mean nothing', () => {
    const set = setOf(20, 20, 50)
    const { report } = measurePredictionAtOnce(set, options)
    expect(Math.abs(report.auroc!.value - 0.5)).toBeLessThan(0.12)
    expect(report.accuracy!.value).toBeLessThan(0.2)
    expect(report.accuracy!.low!).toBeLessThan(report.accuracy!.value)
    // Whatever the threshold accepts of unknown images it was not chosen on.
    expect(report.threshold!.falseAccept.value).toBeLessThan(0.3)
  })

  it('gives no figure that nothing measured', () => {
    const nothing = { ...setOf(4, 6), heldOut: 'nothing' as const }
    const { decision, report } = measurePredictionAtOnce(nothing, options)
    expect(decision.calibration).toBeNull()
    expect(report).toMatchObject({
      heldOut: 'nothing',
      known: 0,
      unknown: 0,
      accuracy: null,
      auroc: null,
      oscr: null,
      threshold: null,
      calibrationError: null,
      pairs: null,
      opis: null,
      worstOpis: null,
    })
    const few = measurePredictionAtOnce(setOf(4, 6, 0.1), options).report
    expect(few.labels).toBe(2)
    expect(few.accuracy).toMatchObject({ low: null, high: null })
    const byImage = measurePredictionAtOnce({ ...setOf(6, 9), heldOut: 'images' }, options).report
    expect(byImage.pairs).toBeNull()
    expect(byImage.auroc).not.toBeNull()
  })

  it('asks nobody but its unknowns where each label has one image', () => {
    const set = setOf(8, 1)
    const { report } = measurePredictionAtOnce(set, options)
    expect(report).toMatchObject({ known: 0, unknown: 4, accuracy: null, auroc: null })
  })

  it('asks a sample where there are too many pairs, the same each time', () => {
    const set = setOf(10, 12)
    const small = { ...options, mostPairs: 120 * 20 }
    const { report } = measurePredictionAtOnce(set, small)
    expect(report.known).toBe(20)
    expect(report.heldOutImages).toBe(60)
    expect(measurePredictionAtOnce(set, { ...small, random: createRandom(1) }).report).toEqual(
      report,
    )
  })
})

describe('predicting', () => {
  it('answers new images by the rule, with the rows that decided', () => {
    const set = setOf(5, 8, 0.1)
    const { unit } = normalizeRows(set.embeddings)
    // A label without images, 5, has no mean.
    const labels = set.labels.map((label) => (label === 4 ? 6 : label))
    const means = meansOf({ unit, labels })
    expect([...means.labels]).toEqual([0, 1, 2, 3, 6])
    const references = { unit, labels, means }
    const queries = gatherRows(unit, [4, 3])
    for (const rule of ['vote', 'weightedVote', 'classMean'] as const) {
      const found: number[] = []
      const steps = predictSteps(references, queries, { rule, k: 3 }, product, (place, one) => {
        found[place] = one.answer.label
        expect(one.rows).toHaveLength(3)
        expect(one.distances[0]).toBeCloseTo(0, 5)
      })
      finish(steps)
      expect(found).toEqual([labels[4], labels[3]])
    }
  })

  it('ranks what is near any liked one and far from all disliked ones first', () => {
    const at = (...angles: number[]) =>
      createMatrix(
        angles.length,
        2,
        Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
      )
    const items = at(0.1, 1.55, 3.1, 1.5, 0)
    const suits = finish(suitabilitySteps(items, at(0, 3.14), at(1.57), product))
    const chord = (angle: number) => 2 * Math.sin(angle / 2)
    expect(suits[0]).toBeCloseTo(chord(1.47) / (chord(0.1) + chord(1.47)), 4)
    expect(suits[4]).toBe(1)
    const order = [...suits.keys()].sort((a, b) => suits[b]! - suits[a]!)
    expect(order).toEqual([4, 2, 0, 3, 1])
    const alone = finish(suitabilitySteps(items, at(0), at(), product))
    expect(alone[0]).toBeCloseTo(1 / (1 + chord(0.1)), 4)
    expect(() => finish(suitabilitySteps(items, at(), at(), product))).toThrow('liked')
  })
})
