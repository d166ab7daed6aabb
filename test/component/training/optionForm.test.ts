import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it } from 'vitest'
import { h } from 'vue'
import { lossShape } from '../../../src/core/objective/lossShape'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { trainingRegistry } from '../../../src/main/training/registry'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import AdvancedOptions from '../../../src/renderer/src/features/training/AdvancedOptions.vue'
import RecipeFieldControl from '../../../src/renderer/src/features/training/RecipeFieldControl.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { type OptionRow, wholeOrNone } from '../../../src/shared/model/options/row'
import { optionTable } from '../../../src/shared/model/options/table'
import type { TrainingRequest } from '../../../src/shared/model/training'
import { connectWire } from '../../support/windowWire'

const registry = trainingRegistry()
const plan = (request: TrainingRequest) =>
  planTraining({
    labels: Int32Array.from({ length: 40 }, (_, image) => image >> 2),
    request,
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.js,
  }).plan.options
const rows = Object.entries<OptionRow>(optionTable)
const inForm = rows.filter(([, { window }]) => window !== 'none')

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
  connectWire({ training: { lossShape: ({ loss, distance }) => lossShape(loss, distance) } })
})

/** Titles and sentences of the options that the form shows of a request. */
function shownOf(request: TrainingRequest) {
  const planned = plan(request)
  const props = { modelValue: request, registry, planned, shareNote: '', disabled: false }
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(AdvancedOptions, props)) },
    { global: { plugins: [i18n, createPinia()] } },
  )
  // Those of a loss or miner have none.
  const options = view.findAll('.option').filter((option) => option.find('.help').exists())
  const texts = options.map((option) => ({
    title: option.get('.name').text(),
    help: option.get('.help').text(),
  }))
  view.unmount()
  return { planned, texts }
}

const requests: readonly TrainingRequest[] = [
  {
    loss: { name: 'triplet', options: {} },
    addedLosses: [{ name: 'contrastive', options: {}, weight: 1 }],
    regularizer: { name: 'l2Norm', options: {} },
  },
  { loss: { name: 'proxyNCA', options: {} } },
  { network: 'small' },
  { network: 'residual' },
  { split: 'none' },
]

it.each(['en', 'zh-CN'] as const)(
  'shows every option where it means something, in %s',
  (locale) => {
    setLocale(locale)
    const seen = new Set<string>()
    for (const request of requests) {
      const { planned, texts } = shownOf(request)
      for (const [name, { title, help, applies, window }] of inForm) {
        const shown = texts.find((one) => one.title === title[locale])
        // What has a part of its own may be said there in other words.
        if (window === undefined) {
          expect(shown !== undefined, name).toBe(applies?.(planned) ?? true)
          if (shown !== undefined) expect(shown.help).toBe(help[locale])
        }
        if (shown !== undefined) seen.add(name)
      }
    }
    expect([...seen].sort()).toEqual(inForm.map(([name]) => name).sort())
  },
)

it('draws an option that is new to the table, as its row says', async () => {
  const row = wholeOrNone({
    title: { en: 'Restarts', 'zh-CN': '重启' },
    help: { en: 'How often it starts again.', 'zh-CN': '重新开始的次数。' },
    minimum: 1,
    maximum: 9,
    on: 2,
  })
  const changes: unknown[] = []
  const planned = { ...plan({}), restarts: null }
  const props = {
    field: { name: 'restarts' as 'patience', row },
    ...{ registry, planned, request: {}, disabled: false },
    onChange: (value: unknown) => void changes.push(value),
  }
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(RecipeFieldControl, props)) },
    { global: { plugins: [i18n] } },
  )
  expect(view.get('.name').text()).toBe('Restarts')
  expect(view.get('.help').text()).toBe('How often it starts again.')
  expect(view.find('input[type=text], input[type=number]').exists()).toBe(false)
  await view.get('[role=switch]').trigger('click')
  expect(changes).toEqual([2])
})
