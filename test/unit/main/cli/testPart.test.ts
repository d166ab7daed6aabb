import { expect, it } from 'vitest'
import { testPartText } from '../../../../src/main/cli/testPart'

const plan = { testClassCount: 5, trainClassCount: 35, testImageCount: 300, trainImageCount: 1200 }

it('says which part of the labels or images is tested, and the chance of each where they differ', () => {
  expect(testPartText(plan, { split: 'byClass', testShare: 0.2 })).toBe(
    '5 of 40 labels kept unseen for the test (12.5 %, each drawn with a chance of 20 %)',
  )
  expect(testPartText(plan, { split: 'byImage', testShare: 0.2 })).toBe(
    '300 of 1,500 images kept aside for the test (20 %)',
  )
  expect(testPartText(plan, { split: 'byClass' })).toContain('(12.5 %)')
  expect(testPartText(plan, { split: 'none' })).toBe('no test part')
})
