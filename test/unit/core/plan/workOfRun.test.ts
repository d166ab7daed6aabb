import { describe, expect, it } from 'vitest'
import { planTraining } from '../../../../src/core/plan/plan'
import { secondsOfStages } from '../../../../src/core/work/work'
import { workOfRun } from '../../../../src/core/plan/workOfRun'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import type { TrainingRequest } from '../../../../src/shared/model/training'

const labelsOf = (classes: number, each: number) =>
  Int32Array.from({ length: classes * each }, (_, i) => i % classes)

const planned = (labels: Int32Array, request: TrainingRequest = {}, featuresCached = 0) =>
  planTraining({
    labels,
    request,
    extractors: describeExtractors(),
    featuresCached: () => featuresCached,
    speed: shippedSpeeds.tensorflow,
  })

function workOf(labels: Int32Array, request: TrainingRequest = {}, featuresCached = 0) {
  const { plan, counts } = planned(labels, request, featuresCached)
  const stages = workOfRun(plan.options, counts)
  const amounts = Object.fromEntries(stages.map((stage) => [stage.stage, stage.amounts]))
  return { options: plan.options, counts, stages, amounts }
}

describe('workOfRun', () => {
  it('computes features of what the cache lacks and reads the others', () => {
    const cold = workOf(labelsOf(40, 10)).amounts['features']
    // EfficientNet-Lite0 takes 345 million multiply-adds of the 580 that a pass is counted by.
    const ofImages = (images: number) => expect.closeTo((images * 345) / 580, 6) as number
    expect(cold).toMatchObject({ features: ofImages(400), reading: 0 })
    const warm = workOf(labelsOf(40, 10), {}, 300).amounts['features']
    // Its three layers have 2,496 numbers an image.
    expect(warm).toMatchObject({ features: ofImages(100), reading: (300 * 2496) / 1e6 })
  })

  it('trains without held-out labels once, and with few labels once a fold', () => {
    const headSteps = (classes: number) => {
      const { amounts, options } = workOf(labelsOf(classes, 10), { steps: 40, embeddingSize: 400 })
      const images = 40 * options.classesPerBatch * options.imagesPerClass
      expect(amounts['training']?.headSteps).toBe(images)
      return amounts['baseline']!.headSteps! / images
    }
    expect(headSteps(40)).toBe(1)
    // Eight labels are left to train on, in four folds of two.
    expect(headSteps(10)).toBe(4)
  })

  it('has no pictures for a head and no closed form for the small network', () => {
    const kinds = (request: TrainingRequest) =>
      new Set(
        workOf(labelsOf(40, 10), request).stages.flatMap(({ amounts }) => Object.keys(amounts)),
      )
    const head = kinds({})
    const small = kinds({ network: 'small' })
    expect([...head]).not.toContain('pixelSteps')
    expect([...head]).toEqual(expect.arrayContaining(['closedForms', 'headSteps', 'embedding']))
    expect([...small]).not.toContain('closedForms')
    expect([...small]).toEqual(expect.arrayContaining(['decoding', 'pixelSteps', 'pixelEmbedding']))
  })

  it('counts the multiply-adds of a residual network, which grow with depth, width and side', () => {
    const of = (request: TrainingRequest) => {
      const { amounts } = workOf(labelsOf(40, 10), { network: 'residual', ...request })
      const { residualSteps = 0, ...others } = amounts['training']!
      expect(others).not.toHaveProperty('pixelSteps')
      return [residualSteps, amounts['embedding']!.residualEmbedding ?? 0] as const
    }
    const usual = of({})
    // Of 64 pictures a step, 600 steps: some 125 million multiply-adds each.
    expect(usual[0]).toBeCloseTo(600 * 64 * 0.1246, -2)
    expect(usual[1]).toBeCloseTo(400 * 0.1246, 0)
    const times = (request: TrainingRequest) => of(request).map((amount, i) => amount / usual[i]!)
    expect(Math.min(...times({ networkDepth: 4 }))).toBeGreaterThan(1.8)
    expect(Math.min(...times({ networkWidth: 64 }))).toBeGreaterThan(3.8)
    expect(Math.min(...times({ imageSizePx: 128 }))).toBeCloseTo(4, 6)
  })

  it('does what is left of a run that goes on, and no choice again', () => {
    const { options, counts, stages } = workOf(labelsOf(40, 10), { steps: 60 }, 400)
    const resumed = workOfRun(options, counts, 40)
    const steps = (of: typeof stages, name: string) =>
      of.find(({ stage }) => stage === name)!.amounts.headSteps ?? 0
    expect(steps(resumed, 'training')).toBeCloseTo(steps(stages, 'training') / 3)
    expect(steps(resumed, 'baseline')).toBe(0)
  })

  it('ends by the clock where that is asked for', () => {
    const { stages } = workOf(labelsOf(40, 10), { minutes: 2 }, 400)
    expect(secondsOfStages(stages, shippedSpeeds.js)).toBeLessThan(1000)
    expect(stages.find(({ stage }) => stage === 'training')?.limitSeconds).toBe(120)
  })

  it('sees minutes in seventy thousand cached images, not seconds', () => {
    const { plan } = planned(labelsOf(10, 7000), {}, 70_000)
    expect(plan.estimatedSeconds).toBeGreaterThan(60)
    expect(plan.estimatedSeconds).toBeLessThan(3600)
  })
})
