import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it } from 'vitest'
import { h } from 'vue'
import { trainingRegistry } from '../../../src/main/training/registry'
import RecipeFieldControl from '../../../src/renderer/src/features/training/RecipeFieldControl.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { optionTable } from '../../../src/shared/model/options/table'
import type { TrainingOptions, TrainingRequest } from '../../../src/shared/model/training'

beforeEach(() => setLocale('en'))

function open(
  request: TrainingRequest,
  planned = { features: 'conv12+conv13' } as TrainingOptions,
  registry = trainingRegistry(),
) {
  const changes: unknown[] = []
  const onChange = (value: unknown) => void changes.push(value)
  const props = {
    field: { name: 'features' as const, row: optionTable.features },
    registry,
    disabled: false,
    request,
    planned,
  }
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(RecipeFieldControl, { ...props, onChange })) },
    { global: { plugins: [i18n] } },
  )
  const layers = () => view.findAll('[role=group] button')
  return {
    changes,
    pressed: () =>
      layers()
        .filter((button) => button.attributes('aria-pressed') === 'true')
        .map((button) => button.text()),
    titles: () => layers().map((button) => button.attributes('title')),
    click: async (name: string) => {
      await layers()
        .find((button) => button.text() === name)!
        .trigger('click')
      return changes.at(-1)
    },
  }
}

it('shows the planned layers, and adds one in the order of the network', async () => {
  const { pressed, click } = open({})
  expect(pressed()).toEqual(['conv12', 'conv13'])
  expect(await click('conv10')).toBe('conv10+conv12+conv13')
})

it('offers the layers of the network that is planned, with how many numbers each has', async () => {
  const registry = trainingRegistry()
  const [known] = registry.extractors
  const layers = ['first', 'last'].map((name) => ({ ...known!.layers[0]!, name, dimension: 1234 }))
  const other = { ...known!, id: 'other', layers }
  const planned = { extractor: 'other', features: 'last' } as TrainingOptions
  const view = open({}, planned, { ...registry, extractors: [known!, other] })
  expect(view.pressed()).toEqual(['last'])
  expect(view.titles()).toEqual(['1,234 numbers an image', '1,234 numbers an image'])
  expect(await view.click('first')).toBe('first+last')
})

it('chooses nothing where it is the plan again, and keeps the last layer', async () => {
  const planned = open({ features: 'conv12+conv13+pooled' })
  await planned.click('pooled')
  expect(planned.changes).toEqual([undefined])
  const one = open({ features: 'conv16' })
  expect(one.pressed()).toEqual(['conv16'])
  await one.click('conv16')
  expect(one.changes).toEqual([])
})
