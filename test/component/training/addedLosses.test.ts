import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it } from 'vitest'
import { h } from 'vue'
import { trainingRegistry } from '../../../src/main/training/registry'
import AddedLosses from '../../../src/renderer/src/features/training/AddedLosses.vue'
import { lossGroups } from '../../../src/renderer/src/features/training/componentChoices'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import type { WeightedComponent } from '../../../src/shared/model/training'

beforeEach(() => setLocale('en'))

const registry = trainingRegistry()

function open(added: readonly WeightedComponent[], main = 'triplet') {
  const changes: unknown[] = []
  const props = {
    ...{ registry, added, main, disabled: false },
    groups: lossGroups(registry.losses, 'en'),
    onChange: (value: unknown) => void changes.push(value),
  }
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(AddedLosses, props)) },
    { global: { plugins: [i18n] } },
  )
  const press = (text: string) =>
    view
      .findAll('button')
      .find((button) => button.text() === text || button.attributes('aria-label') === text)!
      .trigger('click')
  return { view, changes, press }
}

it('adds a loss that is not there yet, with weight 1', async () => {
  const first = registry.losses[0]!.name
  const { changes, press } = open([], first)
  await press('Add a loss')
  expect(changes).toEqual([[{ name: registry.losses[1]!.name, options: {}, weight: 1 }]])
})

it('weighs and removes; the last one removed gives the choice back to the plan', async () => {
  const one = { name: 'contrastive', options: {}, weight: 1 }
  const { view, changes, press } = open([one])
  const weight = view.get('input[aria-label="Weight"]')
  await weight.setValue('0.5')
  await weight.trigger('change')
  expect(changes.at(-1)).toEqual([{ ...one, weight: 0.5 }])
  await press('Remove this loss')
  expect(changes.at(-1)).toBeUndefined()
})

it('stops offering more than a request may hold', () => {
  const many = Array.from({ length: 8 }, () => ({ name: 'circle', options: {}, weight: 1 }))
  expect(open(many).view.text()).not.toContain('Add a loss')
})
