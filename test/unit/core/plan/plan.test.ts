import { describe, expect, it } from 'vitest'
import { labelDraw, side } from '../../../../src/core/evaluation/keptUnseen'
import { splitOfRun } from '../../../../src/core/plan/chooseSplit'
import { planTraining } from '../../../../src/core/plan/plan'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import { requestOfRun } from '../../../../src/core/plan/runRequest'
import type { AppError } from '../../../../src/shared/errors'
import type { TrainingRequest } from '../../../../src/shared/model/training'

function labelsOf(sizes: readonly number[], unlabelled = 0): Int32Array {
  return Int32Array.from([
    ...sizes.flatMap((size, label) => new Array<number>(size).fill(label)),
    ...new Array<number>(unlabelled).fill(-1),
  ])
}

const plan = (labels: Int32Array, request: TrainingRequest = {}, featuresCached = 0) =>
  planTraining({
    labels,
    request,
    extractors: describeExtractors(),
    featuresCached: () => featuresCached,
    speed: shippedSpeeds.wasm,
  })

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as AppError).code
  }
  return 'nothing thrown'
}

describe('planTraining', () => {
  it('keeps whole labels unseen where there are eight or more', () => {
    const { plan: made, split } = plan(labelsOf(new Array<number>(40).fill(8), 5))
    expect(made.options.split).toBe('byClass')
    const drawn = Array.from({ length: 40 }, (_, label) => labelDraw(1, String(label)))
    expect(made.testClassCount).toBe(drawn.filter((draw) => draw < 0.2).length)
    expect(made.trainClassCount).toBe(40 - made.testClassCount)
    expect(made.trainImageCount + made.testImageCount).toBe(320)
    expect(made.unlabelledCount).toBe(5)
    expect([...split.subarray(320)]).toEqual([0, 0, 0, 0, 0])
    const labels = labelsOf(new Array<number>(40).fill(8))
    const parts = new Map<number, Set<number>>()
    labels.forEach((label, i) => {
      parts.set(label, (parts.get(label) ?? new Set()).add(split[i]!))
    })
    expect([...parts.values()].every((seen) => seen.size === 1)).toBe(true)
  })

  it('keeps images unseen where labels are few, and nothing where images are few as well', () => {
    const few = plan(labelsOf([20, 20, 20]))
    expect(few.plan.options.split).toBe('byImage')
    expect(few.plan.reasons).toContain('fewClassesByImage')
    expect(few.plan.testClassCount).toBe(3)
    expect(few.plan.testImageCount).toBeGreaterThanOrEqual(6)
    expect(few.plan.trainImageCount).toBe(60 - few.plan.testImageCount)
    const tiny = plan(labelsOf([2, 2]))
    expect(tiny.plan.options.split).toBe('none')
    expect(tiny.plan.reasons).toContain('oneClassNoSplit')
    expect([...tiny.split]).toEqual([1, 1, 1, 1])
  })

  it('says what is missing', () => {
    expect(codeOf(() => plan(labelsOf([])))).toBe('noImages')
    expect(codeOf(() => plan(labelsOf([], 10)))).toBe('tooFewClasses')
    expect(codeOf(() => plan(labelsOf([10])))).toBe('tooFewClasses')
    expect(codeOf(() => plan(labelsOf([1, 1, 1])))).toBe('noClassWithTwoImages')
  })

  it('fits the batch to the labels', () => {
    const emoji = plan(labelsOf(new Array<number>(700).fill(8))).plan.options
    expect([emoji.classesPerBatch, emoji.imagesPerClass]).toEqual([32, 4])
    const fewLarge = plan(labelsOf(new Array<number>(10).fill(1000)), { split: 'none' }).plan
    expect(fewLarge.options.classesPerBatch).toBe(10)
    expect(fewLarge.options.imagesPerClass).toBe(12)
    const pairs = plan(labelsOf(new Array<number>(50).fill(2))).plan
    expect(pairs.options.imagesPerClass).toBe(2)
    expect(pairs.reasons).toContain('smallClasses')
  })

  it('takes over what is asked for', () => {
    const { options } = plan(labelsOf(new Array<number>(20).fill(10)), {
      network: 'small',
      loss: { name: 'triplet', options: { margin: 0.5 } },
      miner: { name: 'semiHard', options: {} },
      distance: 'cosine',
      epochs: 3,
      seed: 7,
      split: 'byImage',
    }).plan
    expect(options).toMatchObject({
      network: 'small',
      loss: { name: 'triplet', options: { margin: 0.5 } },
      miner: { name: 'semiHard' },
      distance: 'cosine',
      epochs: 3,
      maxSteps: null,
      seed: 7,
      split: 'byImage',
    })
    const limited = plan(labelsOf([9, 9]), { steps: 55 }).plan.options
    expect(limited.maxSteps).toBe(55)
    expect(limited.epochs * limited.stepsPerEpoch).toBeGreaterThanOrEqual(55)
    const timed = plan(labelsOf([9, 9]), { minutes: 2 }).plan
    expect(timed.options.maxMinutes).toBe(2)
    expect(timed.options.maxSteps).toBeNull()
    expect(timed.estimatedSeconds).toBeLessThan(150)
  })

  it('takes over how a step is made, and keeps today’s ways where nothing is said', () => {
    const labels = labelsOf([9, 9])
    const { options } = plan(labels, {
      loss: { name: 'crossBatchMemory', options: { loss: 'triplet', margin: 0.4 } },
      addedLosses: [{ name: 'proxyAnchor', options: {}, weight: 0.5 }],
      reducer: 'sum',
      regularizer: { name: 'l2Norm', options: {} },
      regularizerWeight: 0.1,
      patience: null,
      gradientClip: null,
      schedule: 'cosine',
      learningRate: 'find',
    }).plan
    expect(options).toMatchObject({
      distance: 'euclidean',
      miner: { name: 'batchHard' },
      reducer: 'sum',
      regularizerWeight: 0.1,
      patience: null,
      gradientClip: null,
      schedule: 'cosine',
      learningRate: 'find',
    })
    expect(plan(labels).plan.options).toMatchObject({
      addedLosses: [],
      reducer: 'avgNonZero',
      regularizer: null,
      schedule: 'constant',
      gradientClip: 10,
      remedies: false,
    })
  })

  it.each<[string, TrainingRequest]>([
    [
      'a reducer for a formula that reduces',
      { loss: { name: 'crossBatchMemory', options: { loss: 'margin' } }, reducer: 'sum' },
    ],
    ['an unknown reducer', { loss: { name: 'triplet', options: {} }, reducer: 'median' }],
    ['an unknown regularizer', { regularizer: { name: 'l3', options: {} } }],
    ['an unknown added loss', { addedLosses: [{ name: 'none', options: {}, weight: 1 }] }],
    [
      'an option that an added loss has not',
      { addedLosses: [{ name: 'triplet', options: { scale: 3 }, weight: 1 }] },
    ],
  ])('refuses %s', (_, request) => {
    expect(codeOf(() => plan(labelsOf([9, 9]), request))).toBe('invalidInput')
  })

  it.each<[string, TrainingRequest]>([
    ['nothing', {}],
    ['steps', { steps: 55, splitSeed: 4 }],
    ['minutes', { minutes: 2 }],
    [
      'all of a recipe',
      {
        network: 'small',
        loss: { name: 'margin', options: {} },
        addedLosses: [{ name: 'supCon', options: {}, weight: 2 }],
        regularizer: { name: 'l2Norm', options: {} },
        patience: 3,
        gradientClip: null,
        learningRate: 'find',
        epochs: 4,
      },
    ],
  ])('decides the same from the request of a run: %s', (_, request) => {
    const labels = labelsOf(new Array<number>(20).fill(10))
    const first = plan(labels, request)
    const again = plan(labels, requestOfRun(first.plan.options))
    expect(again.plan.options).toEqual(first.plan.options)
    expect(again.split).toEqual(first.split)
  })

  it('refuses names and pairs that do not go together', () => {
    const labels = labelsOf([9, 9])
    expect(codeOf(() => plan(labels, { loss: { name: 'tripplet', options: {} } }))).toBe(
      'invalidInput',
    )
    expect(
      codeOf(() =>
        plan(labels, {
          loss: { name: 'proxyAnchor', options: {} },
          miner: { name: 'semiHard', options: {} },
        }),
      ),
    ).toBe('invalidInput')
    expect(codeOf(() => plan(labels, { loss: { name: 'triplet', options: { marjin: 1 } } }))).toBe(
      'invalidInput',
    )
  })

  it('gives another split for another seed of the split, and the same for runs of any seed', () => {
    const labels = labelsOf(new Array<number>(40).fill(8))
    const split = (request: TrainingRequest) => [...plan(labels, request).split].join('')
    expect(split({ splitSeed: 3 })).toBe(split({ splitSeed: 3 }))
    expect(split({ splitSeed: 3 })).not.toBe(split({ splitSeed: 5 }))
    expect(split({ seed: 3 })).toBe(split({ seed: 4 }))
    expect(plan(labels, { seed: 3 }).plan.options).toMatchObject({ splitSeed: 1, splitBy: 'hash' })
  })

  it('divides a run of an earlier version by its shuffle again', () => {
    const labels = labelsOf(new Array<number>(10).fill(3))
    // As version 0.1.0 divided them.
    const { split, plan: made, unseen } = plan(labels, { seed: 1, splitBy: 'shuffle' })
    expect(unseen).toBeNull()
    expect(made.options.splitBy).toBeUndefined()
    expect(splitOfRun({ labels }, made.options).split).toEqual(split)
    const tested = [...new Set(labels.filter((_, i) => split[i] === 2))]
    expect(tested).toEqual([8, 9])
    expect(requestOfRun(made.options)).toMatchObject({ seed: 1, splitBy: 'shuffle' })
  })

  it('keeps to labels where it kept to them before, while four are left', () => {
    const labels = labelsOf([9, 9, 9, 9, 9])
    const kept = { splitSeed: 7, isByClass: true }
    const made = planTraining({
      labels,
      kept,
      request: {},
      extractors: describeExtractors(),
      featuresCached: () => 0,
      speed: shippedSpeeds.wasm,
    })
    expect(made.plan.options).toMatchObject({ split: 'byClass', splitSeed: 7 })
    expect(plan(labels).plan.options.split).toBe('byImage')
  })

  it('says where nothing would be left to test on', () => {
    expect(codeOf(() => plan(labelsOf([3, 3, 2]), { split: 'byImage' }))).toBe('invalidInput')
  })

  it('refuses a test of one label, where every answer is right', () => {
    const labels = labelsOf([4, 4, 4])
    const made = () =>
      planTraining({
        labels,
        labelKeys: ['a', 'b', 'c'],
        kept: {
          splitSeed: 1,
          isByClass: true,
          known: { labels: Uint8Array.of(side.unseen, side.train, side.train), isByHand: true },
        },
        request: { unseenLabels: ['a'] },
        extractors: describeExtractors(),
        featuresCached: () => 0,
        speed: shippedSpeeds.wasm,
      })
    expect(made).toThrow(/at least two unseen/)
  })

  it('expects less time where features are cached', () => {
    const labels = labelsOf(new Array<number>(40).fill(100))
    const cold = plan(labels).plan.estimatedSeconds
    expect(plan(labels, {}, 4000).plan.estimatedSeconds).toBeLessThan(cold - 60)
  })
})

describe('the features of a plan', () => {
  it('are the layers that were named, in the order of the network', () => {
    const labels = labelsOf([4, 4, 4])
    expect(plan(labels, { features: 'pooled+conv13' }).plan.options.features).toBe('conv13+pooled')
    expect(() => plan(labels, { features: 'expand11+' })).toThrow(/expand10/)
  })

  it('leave the widest layer out with very many images', () => {
    const features = (count: number) =>
      plan(labelsOf(new Array<number>(count / 100).fill(100))).plan.options.features
    expect(features(19_900)).toBe('expand10+expand11+expand15')
    expect(features(20_000)).toBe('expand11+expand15')
  })

  it('asks for what is cached of the features it takes', () => {
    const asked: string[] = []
    planTraining({
      labels: labelsOf([4, 4]),
      request: { features: 'pooled' },
      extractors: describeExtractors(),
      featuresCached: (features) => asked.push(features),
      speed: shippedSpeeds.wasm,
    })
    expect(asked).toEqual(['pooled'])
  })
})

describe('the rate of a head', () => {
  it('is the smaller the less training labels say of others', () => {
    const rate = (classes: number, request: TrainingRequest = {}) =>
      plan(labelsOf(new Array<number>(classes).fill(4)), request).plan.options.learningRate
    const some = [8, 60, 151, 300].map((classes) => rate(classes, { split: 'none' }))
    expect(some).toEqual([1.3e-5, 1e-4, 2.5e-4, 3e-4])
    expect(rate(8, { split: 'byImage' })).toBe(1e-4)
    expect(rate(300)).toBe(3e-4)
    expect(rate(300, { network: 'small' })).toBe(1e-3)
  })
})

describe('the size and the steps of a head', () => {
  const ofLabels = (classes: number, each: number, request: TrainingRequest = {}) =>
    plan(labelsOf(new Array<number>(classes).fill(each)), { split: 'none', ...request }).plan
      .options

  it('grow with the number of labels, and jump at none', () => {
    const steps = [8, 60, 150, 151, 400, 700].map((classes) => ofLabels(classes, 4).maxSteps)
    expect(steps).toEqual([60, 60, 113, 114, 300, 480])
  })

  it('are all directions of few images, so that none is drawn at random', () => {
    const { embeddingSize, features } = ofLabels(128, 8)
    expect(features).toBe('expand10+expand11+expand15')
    expect(embeddingSize).toBe(2496)
    expect(ofLabels(129, 8).embeddingSize).toBe(512)
    expect(ofLabels(60, 8, { start: 'pca' }).embeddingSize).toBe(1024)
    expect(ofLabels(60, 8, { embeddingSize: 64 }).embeddingSize).toBe(64)
  })
})
