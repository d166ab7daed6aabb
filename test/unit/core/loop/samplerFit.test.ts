import { describe, expect, it } from 'vitest'
import { planTraining } from '../../../../src/core/plan/plan'
import { requestOfRun } from '../../../../src/core/plan/runRequest'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import { AppError } from '../../../../src/shared/errors'
import type { TrainingRequest } from '../../../../src/shared/model/training'

const plan = (classes: number, size: number, request: TrainingRequest) =>
  planTraining({
    labels: Int32Array.from({ length: classes * size }, (_, i) => Math.floor(i / size)),
    request: { split: 'none', ...request },
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.wasm,
  }).plan

function refusal(classes: number, size: number, request: TrainingRequest): AppError {
  try {
    plan(classes, size, request)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('It was planned')
}
const proxies = { name: 'proxyNCA', options: {} }

describe('a sampler', () => {
  it('is P classes x K images unless chosen, and then the plan says nothing of it', () => {
    expect(plan(20, 10, {}).options.sampler).toBeUndefined()
    expect(plan(20, 10, { sampler: 'classesTimesImages' }).options.sampler).toBeUndefined()
    expect(plan(20, 10, { sampler: 'hardClasses' }).options.sampler).toBe('hardClasses')
  })

  it('is in the request of its run', () => {
    const { options } = plan(20, 10, { sampler: 'hardClasses' })
    expect(requestOfRun(options).sampler).toBe('hardClasses')
  })

  it.each(['uniform', 'classBalanced'])(
    'that seldom draws two of a class is refused for a loss that needs them: %s',
    (sampler) => {
      const { code, message, details } = refusal(2000, 2, {
        sampler,
        classesPerBatch: 8,
        imagesPerClass: 4,
      })
      expect(code).toBe('invalidInput')
      expect(message).toMatch(/no two of one label.*Choose classesTimesImages/)
      expect(details['unsuitable']).toBe(message)
      expect(details['unsuitableChinese']).toMatch(/样本对/)
    },
  )

  it('that does so is no matter to class representatives, nor to a memory', () => {
    const shape = { sampler: 'uniform', classesPerBatch: 8, imagesPerClass: 4 }
    for (const loss of [proxies, { name: 'crossBatchMemory', options: {} }]) {
      const { options, reasons } = plan(2000, 2, { ...shape, loss })
      expect(options.sampler).toBe('uniform')
      expect(reasons).not.toContain('fewPartners')
    }
    const added = [{ name: 'tcm', options: {}, weight: 1 }]
    expect(refusal(2000, 2, { ...shape, loss: proxies, addedLosses: added }).code).toBe(
      'invalidInput',
    )
  })

  it('that gives few images another of their class is used, and said', () => {
    expect(plan(400, 10, { sampler: 'uniform' }).reasons).toContain('fewPartners')
    expect(plan(10, 100, { sampler: 'uniform' }).reasons).not.toContain('fewPartners')
  })

  it('that draws by looks is refused for the small network', () => {
    const { message } = refusal(20, 10, { sampler: 'hardClasses', network: 'small' })
    expect(message).toMatch(/frozen features/)
  })

  it('that there is not is refused', () => {
    expect(refusal(20, 10, { sampler: 'unifrom' }).code).toBe('invalidInput')
  })
})

describe('proxies', () => {
  const startOf = (request: TrainingRequest) => plan(20, 10, request).options.proxyStart
  it('begin at class means where a closed form gives some', () => {
    expect(startOf({ loss: proxies })).toBe('classMeans')
    expect(startOf({ loss: proxies, start: 'pca' })).toBe('classMeans')
    expect(startOf({ loss: proxies, start: 'random' })).toBe('random')
    expect(startOf({ loss: proxies, network: 'small' })).toBe('random')
    expect(startOf({ addedLosses: [{ ...proxies, weight: 1 }] })).toBe('classMeans')
  })

  it('begin at random where means do harm, and wherever one says so', () => {
    expect(startOf({ loss: { name: 'proxyAnchor', options: {} } })).toBe('random')
    expect(startOf({ loss: { name: 'proxyAnchor', options: {} }, proxyStart: 'classMeans' })).toBe(
      'classMeans',
    )
    expect(startOf({ loss: proxies, proxyStart: 'random' })).toBe('random')
  })

  it('are not spoken of where a loss has none', () => {
    expect(startOf({})).toBeUndefined()
    expect(startOf({ proxyStart: 'random' })).toBeUndefined()
  })

  it('of a run of an earlier version were random, and are again from its request', () => {
    const { proxyStart: _, ...options } = plan(20, 10, { loss: proxies }).options
    expect(requestOfRun(options).proxyStart).toBe('random')
  })
})
