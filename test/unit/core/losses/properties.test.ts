import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/shared/errors'
import { losses } from '../../../../src/core/losses'
import { LossMemory } from '../../../../src/core/objective/memory'
import { incompatibility } from '../../../../src/core/objective/compatibility'
import { computeLoss, lossParameters } from '../../../../src/core/objective/computeLoss'
import {
  createMatrix,
  gatherRows,
  matrixFromRows,
  type Matrix,
} from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { miners } from '../../../../src/core/miners'
import { reducers } from '../../../../src/core/reducers'
import { regularizers } from '../../../../src/core/regularizers'
import { gaussianBatch } from '../../../support/batches'
import { relativeError } from '../../../support/finiteDifferences'

function run(name: string, embeddings: Matrix, labels: ArrayLike<number>, extra: object = {}) {
  const classCount = Math.max(1, ...Array.from(labels, (label) => label + 1))
  const sizes = { classCount, dimension: embeddings.columns }
  const parameters = Object.fromEntries(
    lossParameters({ name }, sizes).map((p) => [p.name, p.initial(createRandom(p.name))]),
  )
  return computeLoss({
    embeddings,
    labels,
    loss: { name },
    parameters,
    classCount,
    random: createRandom(2),
    ...extra,
  })
}

function expectFinite(outcome: ReturnType<typeof run>): void {
  expect(Number.isFinite(outcome.value)).toBe(true)
  expect(outcome.gradient.data.every(Number.isFinite)).toBe(true)
  for (const values of Object.values(outcome.parameterGradients)) {
    expect(values.every(Number.isFinite)).toBe(true)
  }
}

describe.each(losses.names)('the loss %s', (name) => {
  const loss = losses.get(name)

  it('does not depend on the order of the batch', () => {
    const { embeddings, labels } = gaussianBatch(12, 5, 6)
    const random = createRandom(5)
    // nPair tells the first image of a class from the second: there each half is shuffled alike.
    const half = random.shuffle([0, 1, 2, 3, 4, 5])
    const order =
      name === 'nPair'
        ? [...half, ...half.map((i) => i + 6)]
        : random.shuffle(Array.from({ length: 12 }, (_, i) => i))
    const one = run(name, embeddings, labels)
    const other = run(
      name,
      gatherRows(embeddings, order),
      order.map((i) => labels[i]!),
    )
    expect(other.value).toBeCloseTo(one.value, 5)
    expect(relativeError(other.gradient.data, gatherRows(one.gradient, order).data)).toBeLessThan(
      1e-3,
    )
  })

  it('stays finite with duplicates, zeros, one class, distinct classes and tiny batches', () => {
    const { embeddings } = gaussianBatch(8, 4, 1)
    const duplicates = gatherRows(embeddings, [0, 0, 1, 1, 2, 2, 0, 3])
    const zeros = matrixFromRows(Array.from({ length: 8 }, () => [0, 0, 0, 0]))
    for (const rows of [embeddings, duplicates, zeros]) {
      expectFinite(run(name, rows, [0, 0, 0, 0, 0, 0, 0, 0]))
      expectFinite(run(name, rows, [0, 1, 2, 3, 4, 5, 6, 7]))
      expectFinite(run(name, rows, [0, 1, 0, 1, 2, 2, 1, 0]))
    }
    expectFinite(run(name, gatherRows(embeddings, [0, 1]), [0, 1]))
    expectFinite(run(name, gatherRows(embeddings, [0, 1]), [0, 0]))
    expectFinite(run(name, gatherRows(embeddings, [0]), [0]))
    expectFinite(run(name, gatherRows(embeddings, []), []))
  })

  it('is 0 with zero gradients where there is nothing to compare', () => {
    if (loss.kind === 'classes') return
    const alone = gaussianBatch(1, 4, 1)
    const outcome = run(name, alone.embeddings, alone.labels)
    expect(outcome.value).toBe(0)
    expect(outcome.gradient.data.every((entry) => entry === 0)).toBe(true)
    expect(outcome.statistics.activeFraction).toBe(0)
  })

  it.each([
    [2, 2048],
    [3, 2],
    [64, 16],
    [512, 8],
  ])('runs on %i images of %i components', (rows, columns) => {
    const { embeddings, labels } = gaussianBatch(rows, columns, Math.max(2, rows >> 2))
    const outcome = run(name, embeddings, labels)
    expectFinite(outcome)
    // Four images a class, in no order: every loss has something to say.
    if (rows >= 64) {
      expect(outcome.value).toBeGreaterThan(0)
      expect(outcome.gradient.data.some((entry) => entry !== 0)).toBe(true)
      expect(outcome.statistics.activeFraction).toBeGreaterThan(0)
    }
  })

  it.each([
    [24, 512],
    [96, 24],
    [256, 8],
  ])('falls along its gradient as the gradient says: %i images of %i', (rows, columns) => {
    // Circle's weights and a memory's references carry no gradient; the margin loss divides by the
    // number of terms > 0, which jumps, and so does avgNonZero.
    if (['circle', 'crossBatchMemory', 'margin'].includes(name)) return
    const options = {
      ...(loss.reducer === 'avgNonZero' ? { reducer: 'mean' } : {}),
      // With its own .01 the step leaves the straight part.
      ...(name === 'smoothAP' ? { temperature: 0.05 } : {}),
    }
    const choice = { loss: { name, options } }
    const { embeddings, labels } = gaussianBatch(rows, columns, rows >> 2, 'along')
    const { gradient } = run(name, embeddings, labels, choice)
    const slope = Math.hypot(...gradient.data)
    const length = Math.hypot(...embeddings.data)
    expect(slope).toBeGreaterThan(0)
    const at = (step: number) => {
      const moved = embeddings.data.map((value, i) => value + (step * gradient.data[i]!) / slope)
      return run(name, { ...embeddings, data: moved }, labels, choice).value
    }
    const step = 1e-3 * length
    expect((at(step) - at(-step)) / (2 * step) / slope).toBeCloseTo(1, 1)
  })

  it('takes every miner that it can, or says why not', () => {
    const { embeddings, labels } = gaussianBatch(16, 4, 4)
    for (const miner of miners.names) {
      const reason = incompatibility(name, { miner })
      const attempt = () => run(name, embeddings, labels, { miner: { name: miner } })
      if (name === 'crossBatchMemory' || loss.takesMiner) {
        expect(reason).toBeNull()
        expectFinite(attempt())
      } else {
        expect(reason?.en).toContain(name)
        expect(attempt).toThrow(AppError)
      }
    }
  })
})

describe.each(regularizers.names)('the regularizer %s', (name) => {
  const evaluate = (rows: Matrix) => regularizers.get(name).evaluate(rows)

  it('is 0 without images, and finite with zeros and duplicates', () => {
    const none = evaluate(createMatrix(0, 4))
    expect(none.value).toBe(0)
    expect(none.gradient.data).toHaveLength(0)
    const { embeddings } = gaussianBatch(6, 4, 1)
    for (const rows of [createMatrix(5, 4), gatherRows(embeddings, [0, 0, 1, 1])]) {
      const { value, gradient } = evaluate(rows)
      expect(Number.isFinite(value)).toBe(true)
      expect(gradient.data.every(Number.isFinite)).toBe(true)
    }
  })

  it.each([
    [2, 2048],
    [512, 2],
  ])('does not depend on the order of %i images of %i components', (rows, columns) => {
    const { embeddings } = gaussianBatch(rows, columns, 1)
    const order = createRandom(3).shuffle(Array.from({ length: rows }, (_, i) => i))
    const one = evaluate(embeddings)
    const other = evaluate(gatherRows(embeddings, order))
    expect(one.value).toBeGreaterThan(0)
    expect(other.value / one.value).toBeCloseTo(1, 4)
    const expected = gatherRows(one.gradient, order).data
    expect(relativeError(other.gradient.data, expected)).toBeLessThan(1e-3)
  })
})

describe.each(reducers.names)('the reducer %s', (reducer) => {
  const reducible = losses.entries.filter((loss) => loss.reducer !== null).map((l) => l.name)

  it.each(reducible)('keeps %s finite on bare batches and sound on full ones', (name) => {
    const options = { reducer, ...(reducer === 'classWeighted' ? { classWeights } : {}) }
    const reduced = (rows: Matrix, labels: ArrayLike<number>) =>
      run(name, rows, labels, { loss: { name, options } })
    const { embeddings, labels } = gaussianBatch(24, 5, 6, 'reduced')
    const full = reduced(embeddings, labels)
    expectFinite(full)
    expect(full.value).toBeGreaterThan(0)
    expectFinite(reduced(createMatrix(6, 5), [0, 0, 1, 1, 2, 3]))
    expectFinite(reduced(gatherRows(embeddings, [0, 0, 1]), [0, 0, 0]))
    const none = reduced(gatherRows(embeddings, []), [])
    expect(none.value).toBe(0)
    const order = createRandom(4).shuffle(Array.from({ length: 24 }, (_, i) => i))
    if (name === 'nPair') return
    const other = reduced(
      gatherRows(embeddings, order),
      order.map((i) => labels[i]!),
    )
    expect(other.value / full.value).toBeCloseTo(1, 4)
  })
})

const classWeights = [0.5, 1, 2, 3, 1, 1]

describe('random batches', () => {
  const pairLosses = losses.entries.filter((l) => l.kind !== 'classes').map((l) => l.name)

  it('never give NaN, whatever labels and values', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...pairLosses),
        fc.array(
          fc.record({
            row: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 }),
            label: fc.integer({ min: 0, max: 3 }),
          }),
          { minLength: 2, maxLength: 9 },
        ),
        (name, batch) => {
          const embeddings = matrixFromRows(batch.map(({ row }) => row))
          expectFinite(
            run(
              name,
              embeddings,
              batch.map(({ label }) => label),
            ),
          )
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })
})

describe('hand-computed cases', () => {
  // On a line at 0, .3 and 1, not normalised; 0 and .3 belong together.
  const embeddings = matrixFromRows([[0], [0.3], [1]])
  const labels = [0, 0, 1]
  const value = (name: string, options: object) =>
    run(name, embeddings, labels, { loss: { name, options: { normalized: false, ...options } } })
      .value

  it('contrastive', () => {
    // Positives .3 and .3; negatives 1, .7: hinges 0 and .3 each way.
    expect(value('contrastive', {})).toBeCloseTo(0.3 + 0.3, 6)
    // All six ordered pairs: (2 * .09 / 2 + 2 * .09 / 2) / 6.
    expect(value('contrastive', { form: 'hadsell' })).toBeCloseTo(0.18 / 6, 6)
  })

  it('triplet', () => {
    // (0, .3, 1): .3 - 1 + .5 < 0; (.3, 0, 1): .3 - .7 + .5 = .1, the one active.
    expect(value('triplet', { margin: 0.5 })).toBeCloseTo(0.1, 6)
    expect(value('triplet', { margin: 0.5, reducer: 'mean' })).toBeCloseTo(0.05, 6)
    // With swap both use the nearer .7.
    expect(value('triplet', { margin: 0.5, swap: true, reducer: 'mean' })).toBeCloseTo(0.1, 6)
    const soft = (Math.log1p(Math.exp(-0.7)) + Math.log1p(Math.exp(-0.4))) / 2
    expect(value('triplet', { soft: true })).toBeCloseTo(soft, 6)
  })

  it('the hardest lifted triplet', () => {
    // The nearer negative of either image is .7 away: .3 - .7 + 1, both ways.
    expect(value('liftedHard', {})).toBeCloseTo(0.6, 6)
    expect(value('liftedHard', { squared: true })).toBeCloseTo(0.18, 6)
  })

  it('N-pair', () => {
    const rows = matrixFromRows([
      [1, 0],
      [1, 0],
      [0, 2],
      [0, 1],
    ])
    const outcome = run('nPair', rows, [0, 0, 1, 1], {
      loss: { name: 'nPair', options: { regularization: 0.4 } },
    })
    const pairs = (Math.log1p(Math.exp(0 - 1)) + Math.log1p(Math.exp(0 - 2))) / 2
    const lengths = 0.25 * 0.4 * ((1 + 4) / 2 + (1 + 1) / 2)
    expect(outcome.value).toBeCloseTo(pairs + lengths, 6)
  })
})

describe('statistics and elements', () => {
  it('say how many triplets are active and how far pairs are', () => {
    const outcome = run('triplet', matrixFromRows([[0], [0.3], [1]]), [0, 0, 1], {
      loss: { name: 'triplet', options: { normalized: false, margin: 0.5 } },
      recordsElements: true,
    })
    expect(outcome.statistics).toMatchObject({
      elementCount: 2,
      activeCount: 1,
      activeFraction: 0.5,
    })
    expect(outcome.statistics.meanPositiveDistance).toBeCloseTo(0.3, 6)
    expect(outcome.statistics.meanNegativeDistance).toBeCloseTo(0.85, 6)
    expect(Array.from(outcome.elements!.anchor)).toEqual([0, 1])
    expect(Array.from(outcome.elements!.negative)).toEqual([2, 2])
    expect(outcome.elements!.values[1]).toBeCloseTo(0.1, 6)
  })

  it('give the loss of each mined triplet in the order of the triplets', () => {
    const { embeddings, labels } = gaussianBatch(20, 4, 5)
    const outcome = run('triplet', embeddings, labels, {
      miner: { name: 'semiHard' },
      recordsElements: true,
    })
    expect(outcome.tuples?.kind).toBe('triplets')
    if (outcome.tuples?.kind !== 'triplets') return
    expect(outcome.elements!.anchor).toEqual(outcome.tuples.anchor)
    expect(outcome.elements!.negative).toEqual(outcome.tuples.negative)
    expect(outcome.mining?.tupleCount).toBe(outcome.tuples.anchor.length)
  })
})

describe('a memory', () => {
  it('goes on from a snapshot as if it had not stopped', () => {
    const batches = [1, 2, 3].map((seed) => gaussianBatch(10, 4, 3, seed))
    const loss = { name: 'crossBatchMemory', options: { memorySize: 16 } }
    const step = (memory: LossMemory, index: number) =>
      computeLoss({ ...batches[index]!, loss, memory, random: createRandom(1) })
    const whole = new LossMemory()
    const first = [0, 1].map((index) => step(whole, index))
    const restored = LossMemory.restore(whole.snapshot())
    expect(step(restored, 2)).toEqual(step(whole, 2))
    expect(first[1]!.statistics.elementCount).toBeGreaterThan(first[0]!.statistics.elementCount)
  })

  it('keeps out a batch that is not finite', () => {
    const loss = { name: 'crossBatchMemory', options: { memorySize: 32 } }
    const memory = new LossMemory()
    const step = (batch: ReturnType<typeof gaussianBatch>) =>
      computeLoss({ ...batch, loss, memory, random: createRandom(1) })
    step(gaussianBatch(10, 4, 3, 1))
    const before = memory.snapshot()
    const spoilt = gaussianBatch(10, 4, 3, 2)
    for (const value of [NaN, Infinity]) {
      spoilt.embeddings.data[17] = value
      step(spoilt)
      expect(memory.snapshot()).toEqual(before)
    }
    expectFinite(step(gaussianBatch(10, 4, 3, 3)))
  })

  it('refuses losses with class representatives', () => {
    const { embeddings, labels } = gaussianBatch(6, 4, 2)
    expect(() =>
      computeLoss({
        embeddings,
        labels,
        loss: { name: 'crossBatchMemory', options: { loss: { name: 'arcFace' } } },
        random: createRandom(1),
      }),
    ).toThrow(/cannot look into a memory/)
  })
})

describe('wrong settings', () => {
  const { embeddings, labels } = gaussianBatch(6, 4, 2)
  const attempt = (loss: object) => () =>
    computeLoss({ embeddings, labels, loss: loss as { name: string }, random: createRandom(1) })

  it.each([
    [{ name: 'unheardOf' }, /no loss named/],
    [{ name: 'triplet', options: { margn: 1 } }, /not one of its options/],
    [{ name: 'triplet', options: { margin: 'wide' } }, /must be a number/],
    [{ name: 'fastAP', options: { bins: 0 } }, /must lie between/],
    [{ name: 'tuplet', options: { distance: 'euclidean' } }, /not with euclidean/],
    [{ name: 'contrastive', options: { form: 'round' } }, /must be one of/],
  ])('%j is refused with what can be done', (loss, message) => {
    expect(attempt(loss)).toThrow(AppError)
    expect(attempt(loss)).toThrow(message)
  })
})

describe('the registry', () => {
  it('describes every loss in both languages, with a formula, a source and known miners', () => {
    for (const loss of losses.entries) {
      for (const text of [loss.title, loss.description]) {
        expect(text.en).not.toBe('')
        expect(text['zh-CN']).toMatch(/\p{Script=Han}|Proxy|SoftTriple|ArcFace|CosFace/u)
      }
      expect(loss.formula).not.toBe('')
      expect(loss.source).toMatch(/\d{4}/)
      for (const selection of loss.madeFor ?? []) {
        expect(miners.entries.map(({ selects }) => selects)).toContain(selection)
      }
      for (const option of loss.options) {
        expect(option.meaning.en).not.toBe('')
        expect(option.meaning['zh-CN']).not.toBe('')
        // A margin without a unit says nothing.
        expect(option.unit !== undefined, `${loss.name} ${option.name}`).toBe(
          /margin|^angle$|^base$/i.test(option.name) ||
            (loss.name === 'margin' && option.name === 'beta'),
        )
      }
    }
  })
})
