import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import { requestWithRemedy } from '../../../src/renderer/src/features/training/remedies'
import RunWarnings from '../../../src/renderer/src/features/training/RunWarnings.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import type { TrainingRequest, TrainingWarning } from '../../../src/shared/model/training'

const labels = Int32Array.from({ length: 40 }, (_, image) => Math.floor(image / 4))
const optionsOf = (request: TrainingRequest) =>
  planTraining({
    labels,
    request,
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.js,
  }).plan.options
const triplet: TrainingRequest = {
  loss: { name: 'triplet', options: { margin: 0.3 } },
  miner: { name: 'batchHard', options: {} },
  learningRate: 0.01,
}

beforeEach(() => setLocale('en'))

describe('a remedy for the next run', () => {
  it('changes what it is about and can be planned', () => {
    const options = optionsOf(triplet)
    const semiHard = requestWithRemedy({ seed: 3 }, options, 'semiHard', null)
    expect(semiHard).toMatchObject({ seed: 3, loss: triplet.loss, miner: { name: 'semiHard' } })
    expect(optionsOf(semiHard).miner?.name).toBe('semiHard')
    const soft = requestWithRemedy({}, options, 'softMargin', null)
    expect(optionsOf(soft).loss.options).toEqual({ margin: 0.3, soft: true })
    const slow = requestWithRemedy({}, options, 'lowerLearningRate', null)
    expect(optionsOf(slow).learningRate).toBe(0.003)
  })
  it('lowers the rate that was found', () => {
    const options = optionsOf({ learningRate: 'find' })
    expect(requestWithRemedy({}, options, 'lowerLearningRate', 0.02).learningRate).toBe(0.006)
    expect(requestWithRemedy({}, options, 'lowerLearningRate', null).learningRate).toBe(1e-4)
  })
})

describe('the warnings of a run', () => {
  const open = (warnings: readonly TrainingWarning[], canTrain = true) =>
    mount(RunWarnings, { props: { warnings, canTrain }, global: { plugins: [i18n] } })
  const collapse: TrainingWarning = {
    kind: 'collapse',
    epoch: 2,
    action: '',
    remedy: 'semiHard',
    isApplied: false,
  }

  it('offers the remedy that was not applied', async () => {
    const view = open([collapse])
    expect(view.text()).toContain('all embeddings moved to one point')
    await view.get('button').trigger('click')
    expect(view.emitted('apply')).toEqual([['semiHard']])
    expect(open([collapse], false).find('button').exists()).toBe(false)
  })
  it('says which was applied, and offers nothing where nothing helps', () => {
    const applied = open([{ ...collapse, isApplied: true, backToEpoch: 1 }])
    expect(applied.text()).toContain('after epoch 1 and on with semi-hard mining')
    expect(applied.find('button').exists()).toBe(false)
    const old = open([{ kind: 'semiHardFallback', epoch: 1, action: '' }])
    expect(old.find('button').exists()).toBe(false)
    // It stepped in, nothing failed.
    expect(old.get('li').classes()).toContain('note')
    expect(applied.get('li').classes()).not.toContain('note')
  })
})
