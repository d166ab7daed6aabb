import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it } from 'vitest'
import { h, nextTick, reactive } from 'vue'
import TrainedPartChoice from '../../../src/renderer/src/features/training/TrainedPartChoice.vue'
import {
  type RequestChanges,
  withChanges,
} from '../../../src/renderer/src/features/training/request'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import {
  isTooLarge,
  type TrainingPlan,
  type TrainingRequest,
} from '../../../src/shared/model/training'

function open(trainable: TrainingPlan['trainableBlocks'] | undefined, first: TrainingRequest = {}) {
  const state = reactive({ request: first })
  const view = mount(
    {
      render: () =>
        h(TooltipProvider, null, () =>
          h(TrainedPartChoice, {
            ...{ trainable, request: state.request, disabled: false },
            onChange: (changes: RequestChanges) =>
              void (state.request = withChanges(state.request, changes)),
          }),
        ),
    },
    { global: { plugins: [i18n] } },
  )
  const choose = async (kind: string) => {
    await view.get(`input[value=${kind}]`).setValue(true)
    await nextTick()
  }
  return { state, view, choose }
}

beforeEach(() => setLocale('en'))

it('chooses the fewest blocks that the layers lie in, more, all of them, and the head again', async () => {
  const { state, view, choose } = open({ least: 6, most: 16 })
  await choose('last')
  expect(state.request.trainedPart).toBe('last:6')
  const blocks = view.get<HTMLInputElement>('input[type=number]')
  expect(blocks.attributes()).toMatchObject({ min: '6', max: '16' })
  await blocks.setValue('9')
  expect(state.request.trainedPart).toBe('last:9')
  await choose('all')
  expect(state.request.trainedPart).toBe('all')
  expect(view.find('input[type=number]').exists()).toBe(false)
  await choose('head')
  expect(state.request).toEqual({})
})

it.each([
  ['en', 'nothing but the head'],
  ['zh-CN', '只能训练投影头'],
] as const)('says where a network cannot be trained: %s', (locale, words) => {
  setLocale(locale)
  const { view } = open(null)
  expect(view.text()).toContain(words)
  expect(view.find('input').exists()).toBe(false)
})

it('keeps the way back open while a choice fails', () => {
  const { view } = open(undefined, { trainedPart: 'last:2' })
  expect(view.findAll('input[type=radio]')).toHaveLength(3)
})

it('warns where a step takes most of the memory', () => {
  expect(isTooLarge({ bytes: 5e9, machineBytes: 8e9, mapBytes: 0 })).toBe(true)
  expect(isTooLarge({ bytes: 4e9, machineBytes: 8e9, mapBytes: 0 })).toBe(false)
  expect(isTooLarge({ bytes: 5e9, mapBytes: 0 })).toBe(false)
})
