import { describe, expect, it } from 'vitest'
import { featureSource, gather, sourceWithCopies } from '../../../../src/core/inputSource'
import { Interruption } from '../../../../src/core/interruption'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom, type Random } from '../../../../src/core/math/random'
import { modelsOn, plainOperations } from '../../../../src/core/network'
import { headRecipe } from '../../../../src/core/recipes/headRecipe'
import { foldsOf, scoreForms } from '../../../../src/core/recipes/scoreForms'
import { StageReport } from '../../../../src/core/recipes/stageReport'
import {
  noRecords,
  type TrainedModel,
  type TrainingContext,
  type TrainingData,
} from '../../../../src/core/recipes/surroundings'
import { featureData, follow, headOptions, Left } from './tinyTraining'

const plain = featureData()
const { rowSize } = plain.source

/** Copies of the training rows, each made of its row and of chance. */
function withCopies(each: number, copy: (row: Float32Array, random: Random) => void): TrainingData {
  const of = plain.training.rows
  const versions = Array.from({ length: each }, (_, version) => {
    const { data } = gather(plain.source, of)
    const random = createRandom(`copies ${version}`)
    for (let at = 0; at < of.length; at++) {
      copy(data.subarray(at * rowSize, (at + 1) * rowSize), random)
    }
    return featureSource(data, rowSize)
  })
  return { ...plain, source: sourceWithCopies(plain.source, of, versions) }
}

/** What tells nothing of the label is drawn anew: more to learn from. */
const helpful = withCopies(4, (row, random) => {
  for (let k = 4; k < rowSize; k++) row[k] = random.normal(0, 2)
})
/** What tells the label is blurred. */
const harmful = withCopies(4, (row, random) => {
  for (let k = 0; k < 4; k++) row[k] = random.normal(0, 30)
})

function numbersOf(done: TrainedModel | null) {
  if (done === null) throw new Error('It ended with nothing')
  const { saved, before, closedForm, validation, kept } = done
  const { imagesPerSecond: _, ...ended } = done.ended
  const { copies, ...rest } = kept!
  return { copies, numbers: { saved, before, closedForm, validation, kept: rest, ended } }
}

describe('augmented copies of the training rows', () => {
  it('take part where held-out labels find more with them, by both figures', async () => {
    const { done, count } = await follow(headRecipe, helpful, headOptions)
    const { copies } = numbersOf(done)
    expect(copies).toMatchObject({ each: 4, isUsed: true })
    const { with: augmented, without, gain } = copies!.heldOut!
    expect(augmented.mapAtR - without.mapAtR).toBeCloseTo(gain.mapAtR, 9)
    expect(gain.mapAtR).toBeGreaterThan(gain.standardError)
    expect(count.alive).toBe(0)
  })

  it('leave every number as it is where these do not', async () => {
    const { done, left } = await follow(headRecipe, harmful, headOptions)
    const without = await follow(headRecipe, plain, headOptions)
    const { copies, numbers } = numbersOf(done)
    expect(copies).toMatchObject({ each: 4, isUsed: false })
    expect(numbers).toEqual(numbersOf(without.done).numbers)
    expect(left.ledger.state()).toEqual(without.left.ledger.state())
    expect(numbersOf(without.done).copies).toBeUndefined()
  })

  it('are not among what is asked, nor among the triplets', async () => {
    const { done, left } = await follow(headRecipe, helpful, headOptions)
    expect(done!.before.queries).toBe(plain.test.rows.length)
    const rows = left.ledger
      .state()
      .flatMap(({ anchor, positive, negative }) => [...[anchor, positive, negative]])
    expect(rows.length).toBeGreaterThan(0)
    expect(Math.max(...rows)).toBeLessThan(plain.source.rows)
  })

  it('take no part where the start is named', async () => {
    const options = { ...headOptions, start: 'whitening' } as const
    const { done } = await follow(headRecipe, helpful, options)
    const without = await follow(headRecipe, plain, options)
    expect(done!.saved).toEqual(without.done!.saved)
  })

  it.each(['form', 'epoch', 'closedForm', 'training'])(
    'are used again where a run goes on from its stage %s',
    async (wanted) => {
      const whole = await follow(headRecipe, helpful, headOptions)
      const left = new Left()
      let isSuspended = false
      await follow(headRecipe, helpful, headOptions, {
        left,
        onMoment: (stage, breath, interruption) => {
          if (isSuspended || stage !== wanted || breath < 4) return
          isSuspended = true
          interruption.suspend()
        },
      })
      const { done } = await follow(headRecipe, helpful, headOptions, { left })
      expect(numbersOf(done)).toEqual(numbersOf(whole.done))
      expect(left.ledger.state()).toEqual(whole.left.ledger.state())
    },
  )
})

describe.each(['byClass', 'byImage'] as const)('the scores of folds, split %s', (split) => {
  const options = { ...headOptions, split }
  const context: TrainingContext = {
    ...{ options, now: () => 0, breathe: () => Promise.resolve() },
    backend: { models: modelsOn(plainOperations), product: javascriptProduct },
    interruption: new Interruption(),
    random: createRandom(options.seed),
    report: new StageReport(
      () => {},
      new Interruption(),
      () => 0,
    ),
    records: noRecords,
  }
  const folds = foldsOf(context, plain.training)!

  it('know nothing of the copies of what is held out', async () => {
    const before = (await scoreForms(context, helpful, folds))!
    /** Copies of the rows of a fold, or of all others, are of another label. */
    const scoresWithout = async (isChanged: (fold: number) => boolean) => {
      let at = 0
      const changed = withCopies(4, (row, random) => {
        for (let k = 4; k < rowSize; k++) row[k] = random.normal(0, 2)
        const fold = folds.foldOf[at++ % plain.training.rows.length]!
        for (let k = 0; k < 4; k++) if (isChanged(fold)) row[k] = -row[k]! * 3
      })
      return (await scoreForms(context, changed, folds))!
    }
    const unitsOfFold = new Set(
      [...folds.foldOf.keys()]
        .filter((place) => folds.foldOf[place] === 0)
        .map((place) => (folds.over === 'labels' ? plain.training.labels[place]! : place)),
    )
    const ofFold = (scores: ReadonlyMap<number, number>) =>
      [...scores].filter(([unit]) => unitsOfFold.has(unit))
    const own = await scoresWithout((fold) => fold === 0)
    const others = await scoresWithout((fold) => fold !== 0)
    for (const form of ['whitening', 'analysis'] as const) {
      expect(ofFold(own[form]).length).toBeGreaterThan(1)
      expect(ofFold(own[form])).toEqual(ofFold(before[form]))
      expect(ofFold(others[form])).not.toEqual(ofFold(before[form]))
    }
    expect(own.features).toEqual(before.features)
  })
})
