import { describe, expect, it } from 'vitest'
import type { TrainingPlan } from '../../../src/shared/model/training'
import {
  planSentence,
  spokenDuration,
  spokenSeconds,
} from '../../../src/renderer/src/features/training/planSentence'
import {
  formatValue,
  histogramPath,
  sharesOf,
} from '../../../src/renderer/src/features/training/chartOptions'

const plan = (network: 'frozen' | 'small', split: 'byClass' | 'byImage' | 'none') =>
  ({
    options: { network, split },
    trainClassCount: 30,
    testClassCount: 10,
    trainImageCount: 240,
    testImageCount: 80,
  }) as unknown as TrainingPlan

describe('the sentence of the plan', () => {
  it('counts labels where labels are kept unseen', () => {
    expect(planSentence(plan('frozen', 'byClass'))).toEqual({
      key: 'training.plan.frozenByClass',
      values: { train: 30, test: 10 },
    })
  })
  it('counts images where images are kept aside', () => {
    expect(planSentence(plan('small', 'byImage'))).toEqual({
      key: 'training.plan.smallByImage',
      values: { train: 240, test: 80 },
    })
  })
  it('says times as people say them, never less than they are', () => {
    expect(spokenSeconds(3)).toEqual({ unit: 'second', value: 5 })
    expect(spokenSeconds(61)).toEqual({ unit: 'minute', value: 1.5 })
    expect(spokenSeconds(60)).toEqual({ unit: 'minute', value: 1 })
    expect(spokenSeconds(3_000)).toEqual({ unit: 'minute', value: 50 })
    expect(spokenSeconds(7_200)).toEqual({ unit: 'hour', value: 2 })
    expect(spokenDuration(120, 'en')).toBe('2 minutes')
    expect(spokenDuration(120, 'zh-CN')).toMatch(/^2\s?分钟$/)
  })
})

describe('chart numbers', () => {
  it('shows at most three significant digits and a dash for none', () => {
    expect(formatValue(0.123456, 'en')).toBe('0.123')
    expect(formatValue(null, 'en')).toBe('–')
    expect(formatValue(Number.NaN, 'en')).toBe('–')
  })
  it('draws a histogram whose greatest bar touches the top', () => {
    const shares = sharesOf([1, 3])
    expect(shares).toEqual([0.25, 0.75])
    expect(histogramPath(shares, 0.75, 100, 30)).toBe(
      'M0 30L0.00 20.00L50.00 20.00L50.00 0.00L100.00 0.00L100 30Z',
    )
    expect(sharesOf([0, 0])).toEqual([0, 0])
    expect(histogramPath([], 1, 100, 30)).toBe('')
  })
})
