import { describe, expect, it } from 'vitest'
import { planTraining } from '../../../../src/core/plan/plan'
import { findingLines } from '../../../../src/main/cli/findingLines'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import type { TrainingRequest } from '../../../../src/shared/model/training'

const labels = Int32Array.from({ length: 160 }, (_, i) => i >> 3)
const planOf = (request: TrainingRequest) =>
  planTraining({
    ...{ labels, request, extractors: describeExtractors(), featuresCached: () => 0 },
    speed: shippedSpeeds.wasm,
  }).plan

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
