import { describe, expect, it } from 'vitest'
import { fitLda } from '../../../../src/core/starts/lda'
import { applyProjection } from '../../../../src/core/starts/linearProjection'
import { fitPca } from '../../../../src/core/starts/pca'
import { ScatterAccumulator } from '../../../../src/core/starts/scatter'
import { factorWithin } from '../../../../src/core/starts/within'
import { createMatrix, type Matrix } from '../../../../src/core/math/matrix'
import { javascriptProduct, type MatrixProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import { simdProduct } from '../../../../src/core/math/simdProduct'
import { finish } from '../../../../src/core/steps'
import { fitDiscriminant } from '../../../../src/core/starts/discriminantStart'
import { embedByForms } from '../../../../src/core/starts/formsOfFold'
import { applyPreparation } from '../../../../src/core/starts/preparation'

/** Sums in float32 from the first row to the last, the worst that a backend may do. */
const float32Product: MatrixProduct = {
  ...simdProduct,
  transposedMultiply(a, b) {
    const result = createMatrix(a.columns, b.columns)
    for (let row = 0; row < a.rows; row++) {
      for (let i = 0; i < a.columns; i++) {
        const value = a.data[row * a.columns + i]!
        for (let j = 0; j < b.columns; j++) {
          result.data[i * b.columns + j]! += Math.fround(value * b.data[row * b.columns + j]!)
        }
      }
    }
    return result
  },
}
const products = { javascriptProduct, simdProduct, float32Product }

interface Set {
  readonly rows: Matrix
  readonly labels: Int32Array
}

const classes = 6
const each = 20
const d = 24

function made(valueOf: (label: number, image: number, k: number) => number): Set {
  const labels = Int32Array.from({ length: classes * each }, (_, i) => i % classes)
  const rows = createMatrix(labels.length, d)
  labels.forEach((label, i) => {
    for (let k = 0; k < d; k++) rows.data[i * d + k] = valueOf(label, i, k)
  })
  return { rows, labels }
}

const noise = () => {
  const random = createRandom('degenerate')
  const centers = Array.from({ length: classes * d }, () => random.normal())
  return { random, center: (label: number, k: number) => centers[label * d + k]! }
}

const sets: Readonly<Record<string, () => Set>> = {
  'a large mean and a tiny variance': () => {
    const { random, center } = noise()
    return made((label, _, k) => 1e4 + 1e-3 * (3 * center(label, k) + random.normal()))
  },
  'classes far apart that hardly vary': () => {
    const { random, center } = noise()
    return made((label, _, k) => 1e3 * center(label, k) + 1e-2 * random.normal())
  },
  'constant columns': () => {
    const { random, center } = noise()
    return made((label, _, k) => (k % 3 === 0 ? 5 : center(label, k) + 0.3 * random.normal()))
  },
  'rank 1': () => {
    const { random, center } = noise()
    const along = Array.from({ length: classes * each }, () => random.normal())
    return made((label, i, k) => 100 + (center(label, 0) + along[i]!) * center(0, k))
  },
  'copies within each class': () => {
    const { center } = noise()
    return made((label, _, k) => 10 + center(label, k))
  },
  'the same rows under all classes': () => {
    const { center } = noise()
    return made((_, i, k) => center(Math.floor(i / classes) % classes, k))
  },
  'equal rows': () => made((_, __, k) => 7 + k),
  'white: zeros': () => made(() => 0),
}

/** Plain loops in float64, centred by means of their own. */
function referenceOf({ rows, labels }: Set) {
  const n = rows.rows
  const at = (i: number, k: number) => rows.data[i * d + k]!
  const meanOf = (members: readonly number[]) =>
    Array.from({ length: d }, (_, k) =>
      members.reduce((sum, i) => sum + at(i, k) / members.length, 0),
    )
  const scatter = (centerOf: (i: number) => readonly number[]) => {
    const result = new Float64Array(d * d)
    for (let i = 0; i < n; i++) {
      const center = centerOf(i)
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) {
          result[a * d + b]! += ((at(i, a) - center[a]!) * (at(i, b) - center[b]!)) / n
        }
      }
    }
    return result
  }
  const all = Array.from({ length: n }, (_, i) => i)
  const mean = meanOf(all)
  const ofClass = Array.from({ length: classes }, (_, c) =>
    meanOf(all.filter((i) => labels[i] === c)),
  )
  return { mean, total: scatter(() => mean), within: scatter((i) => ofClass[labels[i]!]!) }
}

/** What means in float64 leave of rows that are all the same. */
const dust = 1e-25

const traceOf = (matrix: Float64Array) => {
  let sum = 0
  for (let k = 0; k < d; k++) sum += matrix[k * d + k]!
  return sum
}
const greatest = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Array.from(one).reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0)

describe.each(Object.entries(products))('closed forms by %s', (_, product) => {
  describe.each(Object.entries(sets))('of %s', (_name, make) => {
    const set = make()
    const scatterOf = () => {
      const scatter = new ScatterAccumulator(d, product)
      scatter.add(set.rows, set.labels)
      return scatter
    }
    const expected = referenceOf(set)

    it('sums are those of float64, to the rounding of how classes vary', () => {
      const scatter = scatterOf()
      const within = finish(scatter.withinSteps())
      expect(greatest(within, expected.within)).toBeLessThanOrEqual(
        3e-6 * traceOf(expected.within) + dust,
      )
      const total = scatter.covariance()
      expect(greatest(total, expected.total)).toBeLessThanOrEqual(
        3e-6 * traceOf(expected.total) + dust,
      )
      expect(greatest(scatter.mean(), expected.mean)).toBeLessThan(
        1e-10 * (1 + expected.mean[0]! ** 2),
      )
    })

    it('the factor is that of the within-class covariance and its ridge', () => {
      const scatter = scatterOf()
      const shrinkage = 0.1
      const factor = finish(factorWithin(scatter, scatter.betweenRows(), shrinkage, product))
      const product64 = new Float64Array(d * d)
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) {
          let sum = 0
          for (let k = 0; k <= Math.min(i, j); k++) sum += factor[i * d + k]! * factor[j * d + k]!
          product64[i * d + j] = sum
        }
      }
      const own = traceOf(expected.within) / d
      const whole = traceOf(expected.total) / d
      const ridge = product64[0]! - 0.9 * expected.within[0]!
      const slack = 1e-4 * own + 1e-5 * whole
      expect(Math.abs(ridge - shrinkage * own)).toBeLessThanOrEqual(slack + dust)
      const wanted = expected.within.map(
        (entry, i) => 0.9 * entry + (i % (d + 1) === 0 ? ridge : 0),
      )
      expect(greatest(product64, wanted)).toBeLessThanOrEqual(slack + dust)
    })

    it('all that they give is finite, and copies stay copies', () => {
      const scatter = scatterOf()
      const { rows, labels } = set
      const outputs = [
        applyProjection(rows, fitPca(scatter, { dimensions: 8, whiten: true }), product),
        applyProjection(rows, fitLda(scatter, { dimensions: 4 }, product), product),
        ...(['whitening', 'analysis'] as const).map((form) =>
          applyPreparation(
            fitDiscriminant({
              read: (from, to) => createMatrix(to - from, d, rows.data.slice(from * d, to * d)),
              ...{ dimension: d, labels, size: 5, form, random: createRandom(1), product },
            }),
            rows,
            product,
          ),
        ),
      ]
      const folds = finish(embedByForms(scatter, rows, 4, product))
      if (folds.analysis !== null) outputs.push(folds.analysis)
      for (const { data, columns } of [...outputs, folds.whitening]) {
        expect(data.every(Number.isFinite)).toBe(true)
        for (let i = 1; i < rows.rows; i++) {
          const own = rows.data.subarray(i * d, (i + 1) * d)
          if (greatest(own, rows.data.subarray(0, d)) > 0) continue
          const [one, other] = [
            data.subarray(0, columns),
            data.subarray(i * columns, (i + 1) * columns),
          ]
          expect(greatest(one, other)).toBe(0)
        }
      }
    })

    it('without a fold they are as if the fold had never come', () => {
      const fold = [...set.labels.keys()].filter((i) => set.labels[i] === 2)
      const rest = [...set.labels.keys()].filter((i) => set.labels[i] !== 2)
      const pick = (places: readonly number[]): Set => ({
        rows: createMatrix(
          places.length,
          d,
          Float32Array.from(places.flatMap((i) => [...set.rows.data.subarray(i * d, (i + 1) * d)])),
        ),
        labels: Int32Array.from(places, (i) => set.labels[i]!),
      })
      const [left, taken] = [pick(rest), pick(fold)]
      const scatter = scatterOf().without(taken.rows, taken.labels)
      const fresh = new ScatterAccumulator(d, product)
      fresh.add(left.rows, left.labels)
      const slack = 1e-5 * traceOf(expected.within)
      expect(
        greatest(finish(scatter.withinSteps()), finish(fresh.withinSteps())),
      ).toBeLessThanOrEqual(slack)
      expect(greatest(scatter.mean(), fresh.mean())).toBeLessThan(1e-7)
    })
  })
})
