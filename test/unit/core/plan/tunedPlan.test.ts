import { describe, expect, it } from 'vitest'
import { planTraining } from '../../../../src/core/plan/plan'
import { requestOfRun } from '../../../../src/core/plan/runRequest'
import { workOfRun } from '../../../../src/core/plan/workOfRun'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import type { TrainingRequest } from '../../../../src/shared/model/training'

const plan = (request: TrainingRequest, [classes, perClass]: readonly [number, number] = [40, 6]) =>
  planTraining({
    labels: Int32Array.from({ length: classes * perClass }, (_, i) => Math.floor(i / perClass)),
    request,
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.tensorflow,
    machineBytes: 8e9,
  })

describe('a plan that trains the network itself', () => {
  it('names the part, its memory and disk, and takes longer than one of the head', () => {
    const { plan: head } = plan({})
    expect(head.tuning).toBeUndefined()
    expect(head.options.tuned).toBeUndefined()
    expect(head.trainableBlocks).toEqual({ least: 6, most: 16 })
    const { plan: last } = plan({ trainedPart: 'last:6' })
    expect(last.options.tuned).toMatchObject({ place: 'block9/sum', blocks: 6 })
    expect(last.options.learningRate).toBe(1e-3)
    expect(plan({ trainedPart: 'all', learningRate: 1e-4 }).plan.options.learningRate).toBe(1e-4)
    expect(last.options).toMatchObject({ maxSteps: 200, classesPerBatch: 16, imagesPerClass: 4 })
    expect(last.tuning).toMatchObject({ machineBytes: 8e9, mapBytes: 240 * 14 * 14 * 112 * 4 })
    const { plan: all } = plan({ trainedPart: 'all' })
    expect(all.tuning!.mapBytes).toBe(0)
    expect(all.tuning!.bytes).toBeGreaterThan(4e9)
    expect(last.estimatedSeconds).toBeGreaterThan(3 * head.estimatedSeconds)
    expect(all.estimatedSeconds).toBeGreaterThan(last.estimatedSeconds)
  })

  it('counts the head that it is held against as a head', () => {
    const { plan: made, counts } = plan({ trainedPart: 'last:6' })
    const amounts = Object.fromEntries(
      workOfRun(made.options, counts).map((stage) => [stage.stage, stage.amounts]),
    )
    expect(amounts['baseline']).not.toHaveProperty('tuningSteps')
    expect(amounts['baseline']).toHaveProperty('headSteps')
    expect(amounts['training']).not.toHaveProperty('headSteps')
    // 200 steps of 64 pictures, 135 million multiply-adds each.
    expect(amounts['training']!.tuningSteps).toBeCloseTo(200 * 64 * 0.135, 6)
  })

  it('gives itself again from the run file', () => {
    const { plan: made } = plan({ trainedPart: 'last:7', seed: 3 })
    const request = requestOfRun(made.options)
    expect(request).toMatchObject({ trainedPart: 'last:7' })
    expect(request).not.toHaveProperty('tuned')
    expect(plan(request).plan.options).toEqual(made.options)
  })

  it('compares only networks that can be trained, each with its own part', () => {
    const { candidates = [] } = plan({ trainedPart: 'last:6', quality: 'best' }).plan.options
    expect(candidates.length).toBeGreaterThan(3)
    for (const { extractor, tuned } of candidates) {
      expect(extractor).toMatch(/^efficientnet-lite[012]$/)
      expect(tuned!.blocks).toBeGreaterThanOrEqual(6)
    }
  })

  it('is refused where nothing could be held out, and with what it does not go with', () => {
    expect(() => plan({ trainedPart: 'all', start: 'pca' })).toThrow('from a closed form')
    expect(() => plan({ trainedPart: 'last:6', augmentedCopies: 2 })).toThrow('Augmented copies')
    expect(() => plan({ trainedPart: 'last:6', split: 'none' }, [3, 2])).toThrow('too few')
    expect(() => plan({ trainedPart: 'all' }, [3000, 6])).toThrow('of which there may be 14266')
    expect(() => plan({ trainedPart: 'last:6', extractor: 'mobilenet-v2-1.4-mid' })).toThrow(
      'nothing but the head',
    )
    expect(plan({ trainedPart: 'all', network: 'small' }).plan.options.tuned).toBeUndefined()
  })
})
