import { describe, expect, it } from 'vitest'
import { copiesOf } from '../../../../src/core/augmentation/copies'
import { planTraining } from '../../../../src/core/plan/plan'
import { workOfRun } from '../../../../src/core/plan/workOfRun'
import { findingLines } from '../../../../src/main/cli/findingLines'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import { augmentationPolicies } from '../../../../src/shared/model/augmentation'
import type { TrainingRequest } from '../../../../src/shared/model/training'

const labels = Int32Array.from({ length: 160 }, (_, i) => i >> 3)
const planned = (request: TrainingRequest, copiesCached = 0) =>
  planTraining({
    ...{ labels, request, extractors: describeExtractors(), featuresCached: () => 0 },
    ...{ copiesCached, speed: shippedSpeeds.wasm },
  })
const planOf = (request: TrainingRequest) => planned(request).plan

describe('how the pictures of a run are varied', () => {
  it.each([{ augmentation: 'strong' }, { augmentCrop: 0.2 }, { augmentFlip: true }] as const)(
    'says that a request has no effect on frozen features: %o',
    (request) => {
      const plan = planOf(request)
      expect(plan.reasons).toContain('augmentationUnused')
      expect(plan.options).not.toHaveProperty(Object.keys(request)[0]!)
      expect(findingLines(plan).join()).toContain('no effect on frozen features')
    },
  )

  it.each([{}, { augmentation: 'off' }, { augmentation: 'strong', augmentStrength: 0 }] as const)(
    'says nothing where nothing is to be varied: %o',
    (request) => {
      const plan = planOf(request)
      expect(plan.reasons).not.toContain('augmentationUnused')
      expect(findingLines(plan)).toEqual([])
    },
  )

  it('has it in a network that is trained from the pixels', () => {
    const plan = planOf({ network: 'small', augmentation: 'strong', augmentBlur: 0.02 })
    expect(plan.reasons).not.toContain('augmentationUnused')
    expect(plan.options).toMatchObject({ augmentation: 'strong', augmentBlur: 0.02 })
  })
})

describe('augmented copies in a plan', () => {
  it('are mild by themselves, and take what the request says', () => {
    const { options, reasons } = planOf({ augmentedCopies: 3 })
    expect(options).toMatchObject({ augmentedCopies: 3, augmentation: 'mild' })
    expect(reasons).not.toContain('augmentationUnused')
    const named = planOf({ augmentedCopies: 2, augmentation: 'strong', augmentFlip: true })
    expect(named.options).toMatchObject({ augmentation: 'strong', augmentFlip: true })
    expect(copiesOf(named.options)).toEqual(
      [0, 1].map((version) => ({
        ...{ kind: 'augmented', seed: named.options.seed, version },
        policy: { ...augmentationPolicies.strong, flip: true },
      })),
    )
    expect(copiesOf(planOf({ augmentedCopies: 0 }).options)).toEqual([])
  })

  it.each([
    { augmentedCopies: 2, start: 'whitening' },
    { augmentedCopies: 2, augmentation: 'off' },
    { augmentedCopies: 2, network: 'small' },
  ] as const)('say that there are none where they would have no part: %o', (request) => {
    const plan = planOf(request)
    expect(plan.reasons).toContain('copiesUnused')
    expect(plan.options.augmentedCopies).toBeUndefined()
    expect(findingLines(plan).join()).toContain('no augmented copies are made')
  })

  it('count in the time that it takes, less where they are in the cache', () => {
    const stagesOf = (request: TrainingRequest, copiesCached = 0) => {
      const { plan, counts } = planned(request, copiesCached)
      return workOfRun(plan.options, counts).map(({ amounts }) => amounts)
    }
    const amount = (request: TrainingRequest, kind: 'features' | 'reading', cached = 0) =>
      stagesOf(request, cached).reduce((sum, amounts) => sum + (amounts[kind] ?? 0), 0)
    const { trainImageCount } = planOf({})
    const each = amount({}, 'features') / labels.length
    expect(amount({ augmentedCopies: 4 }, 'features')).toBeCloseTo(
      each * (labels.length + 4 * trainImageCount),
      6,
    )
    expect(amount({ augmentedCopies: 4 }, 'features', 4 * trainImageCount)).toBeCloseTo(
      each * labels.length,
      6,
    )
    const closedForms = (request: TrainingRequest) =>
      stagesOf(request).reduce((sum, amounts) => sum + (amounts.closedForms ?? 0), 0)
    expect(closedForms({ augmentedCopies: 4 })).toBeGreaterThan(closedForms({}))
  })
})
