import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import { AppError } from '../../../src/shared/errors'
import type { RunId } from '../../../src/shared/model/ids'
import {
  type RunSummary,
  type TrainingOptions,
  type TrainingPlan,
  unchosenOptions,
} from '../../../src/shared/model/training'
import { planWords } from '../../../src/renderer/src/composables/planWords'
import { formatFor } from '../../../src/renderer/src/composables/useFormat'
import TrainButton from '../../../src/renderer/src/frame/TrainButton.vue'
import { i18n, setLocale, t } from '../../../src/renderer/src/locales/i18n'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useRunStore } from '../../../src/renderer/src/stores/runs'
import { useSweepStore } from '../../../src/renderer/src/stores/sweeps'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import { sweepOf } from '../../support/sweepRows'
import { datasetOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const options: TrainingOptions = {
  ...unchosenOptions,
  network: 'frozen',
  loss: { name: 'triplet', options: {} },
  miner: null,
  distance: 'euclidean',
  embeddingSize: 128,
  classesPerBatch: 16,
  imagesPerClass: 4,
  epochs: 10,
  stepsPerEpoch: 20,
  maxSteps: null,
  maxMinutes: null,
  learningRate: 0.001,
  imageSizePx: 64,
  split: 'byClass',
  testShare: 0.2,
  seed: 1,
  backend: 'auto',
  start: 'lda',
}
const run: RunSummary = {
  id: 5 as RunId,
  startedAt: 10,
  status: 'running',
  options,
  before: null,
  closedForm: null,
  after: null,
  bestEpoch: null,
  durationMs: 0,
  backend: null,
  hasEmbeddings: false,
  tripletCount: 0,
}
const plan: TrainingPlan = {
  options,
  imageCount: 7096,
  trainClassCount: 700,
  testClassCount: 187,
  trainImageCount: 5600,
  testImageCount: 1496,
  unlabelledCount: 0,
  leftOutCount: 0,
  waitingLabelCount: 0,
  featuresCached: 0,
  estimatedSeconds: 61,
  reasons: [],
  trainableBlocks: null,
  findings: [],
}

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})

describe('the Train button', () => {
  async function open(fails: boolean) {
    const wire = connectWire({
      dataset: {
        columns: () => ({
          ids: new Uint32Array(),
          labelIds: new Uint32Array(),
          flags: new Uint8Array(),
        }),
      },
      training: {
        start: () => {
          if (fails) throw new AppError('tooFewClasses', 'one class')
          return run
        },
        state: () => null,
      },
    })
    useDatasetStore().accept(datasetOf())
    const view = mount(
      { render: () => h(TooltipProvider, null, () => h(TrainButton)) },
      { global: { plugins: [i18n] } },
    )
    await view.get('button').trigger('click')
    await flushPromises()
    return { wire, view }
  }

  it('starts in one click with nothing chosen, and shows the training', async () => {
    const { wire, view } = await open(false)
    expect(wire.calls).toContainEqual(['training.start', { datasetId: 1, request: {} }])
    expect(useAppStore().view).toBe('training')
    expect(useRunStore().current?.id).toBe(5)
    expect(view.text()).toBe('Training')

    // While one runs, the button leads to it and starts no second.
    useAppStore().go('library')
    await view.get('button').trigger('click')
    expect(useAppStore().view).toBe('training')
    expect(wire.calls.filter(([channel]) => channel === 'training.start')).toHaveLength(1)
  })

  it('leads to a comparison of losses that runs, and starts nothing beside it', async () => {
    const { wire, view } = await open(true)
    useSweepStore().remember(sweepOf({ status: 'running' }))
    const asked = wire.calls.length
    await view.get('button').trigger('click')
    expect(useAppStore()).toMatchObject({ view: 'training', trainPanel: 'leaderboard' })
    expect(wire.calls.slice(asked).map(([channel]) => channel)).not.toContain('training.start')
    expect(view.text()).toBe('Training')
  })

  it('says what is missing and stays where it was', async () => {
    await open(true)
    expect(useAppStore().view).toBe('library')
    expect(useToastStore().toasts[0]?.message).toContain('at least two labels')
    expect(useRunStore().starting).toBe(false)
  })
})

describe('planWords', () => {
  it('states the plan in a sentence with the time it takes', () => {
    expect(planWords(plan, formatFor('en', t), t)).toBe(
      'Frozen features and a trained head on 700 labels. 187 labels are kept unseen for the test. About 1 min.',
    )
  })

  it('calls features frozen only where they are', () => {
    const part = { place: 'a', sidePx: 7, channels: 4, multiplyAdds: 1, numbers: 1 }
    const tuned = { ...part, blocks: 2, ownMultiplyAdds: 1, ownNumbers: 1 }
    const words = planWords({ ...plan, options: { ...options, tuned } }, formatFor('en', t), t)
    expect(words).toContain('A pretrained network and its head, trained on 700 labels.')
  })

  it('speaks of images where no labels are kept aside', () => {
    const words = planWords(
      { ...plan, options: { ...options, network: 'small', split: 'none' }, estimatedSeconds: 12 },
      formatFor('en', t),
      t,
    )
    expect(words).toContain('all 5,600 images')
    expect(words).toContain('About 15 sec')
  })
})
