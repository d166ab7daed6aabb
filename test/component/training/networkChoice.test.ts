import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it } from 'vitest'
import { h, nextTick, reactive } from 'vue'
import { lossShape } from '../../../src/core/objective/lossShape'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { trainingRegistry } from '../../../src/main/training/registry'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import AdvancedOptions from '../../../src/renderer/src/features/training/AdvancedOptions.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import type { TrainingRequest } from '../../../src/shared/model/training'
import { connectWire } from '../../support/windowWire'

const plannedOf = (request: TrainingRequest) =>
  planTraining({
    labels: Int32Array.from({ length: 40 }, (_, image) => image >> 2),
    request,
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.js,
  }).plan.options

function open(first: TrainingRequest = {}) {
  const state = reactive({ request: first })
  const view = mount(
    {
      render: () =>
        h(TooltipProvider, null, () =>
          h(AdvancedOptions, {
            modelValue: state.request,
            'onUpdate:modelValue': (request: TrainingRequest) => void (state.request = request),
            registry: trainingRegistry(),
            planned: plannedOf(state.request),
            ...{ shareNote: '', disabled: false },
          }),
        ),
    },
    { global: { plugins: [i18n] } },
  )
  const name = i18n.global.locale.value === 'en' ? 'Pretrained network' : '预训练网络'
  const field = () => view.get(`select[aria-label="${name}"]`)
  return {
    state,
    field,
    facts: () => view.get('.facts').text(),
    layers: () => view.findAll('[role=group] button').map((button) => button.text()),
    choose: async (id: string) => {
      await field().setValue(id)
      await nextTick()
    },
  }
}

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
  connectWire({ training: { lossShape: ({ loss, distance }) => lossShape(loss, distance) } })
})

it('shows the network of the plan with its size, licence and cost', () => {
  const { field, facts } = open()
  expect(field().element).toHaveProperty('value', 'efficientnet-lite0')
  expect(facts()).toBe('5.12 MB, licence Apache-2.0, 345 million multiply-adds an image')
  expect(field().findAll('option')).toHaveLength(describeExtractors().length)
})

it('offers the layers of the network that is chosen, and forgets those of another', async () => {
  const { state, layers, facts, choose } = open({ features: 'expand11' })
  expect(layers()).toContain('expand11')
  await choose('mobilenet-v2-1.4-mid')
  expect(state.request).toEqual({ extractor: 'mobilenet-v2-1.4-mid' })
  expect(layers()).toContain('conv12')
  expect(layers()).not.toContain('expand11')
  expect(facts()).toMatch(/^4.3 MB, licence MIT, 580 million/)
})

it('says it in Chinese', () => {
  setLocale('zh-CN')
  expect(open().facts()).toBe('5.12 MB，许可证 Apache-2.0，每张图片 345M 次乘加运算')
})
