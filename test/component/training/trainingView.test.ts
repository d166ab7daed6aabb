import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { planTraining, workSpeeds } from '../../../src/core/training/plan'
import { trainingRegistry } from '../../../src/main/training/registry'
import { AppError } from '../../../src/shared/errors'
import TrainingView from '../../../src/renderer/src/features/training/TrainingView.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import { datasetOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

/** Ten labels of four images. */
const labels = Int32Array.from({ length: 40 }, (_, image) => Math.floor(image / 4))

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})

async function open() {
  const wire = connectWire({
    dataset: {
      columns: () => ({
        ids: new Uint32Array(),
        labelIds: new Uint32Array(),
        flags: new Uint8Array(),
      }),
    },
    training: {
      registry: () => trainingRegistry(),
      plan: ({ request }) =>
        planTraining({ labels, request, featuresCached: 0, speed: workSpeeds.js }).plan,
      start: () => {
        throw new AppError('busy', 'Another run is on.')
      },
    },
  })
  useDatasetStore().accept(datasetOf())
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(TrainingView)) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  await vi.waitFor(() => expect(view.find('.sentence').exists()).toBe(true))
  return { wire, view }
}

it('starts with what was chosen, and shows why it cannot', async () => {
  const { wire, view } = await open()
  await view.get('details summary').trigger('click')
  const details = view.get<HTMLDetailsElement>('details')
  details.element.open = true
  await details.trigger('toggle')
  const choices = view.findAll('select')
  await choices[0]!.setValue('triplet')
  await flushPromises()
  await view.get('.actions button').trigger('click')
  await flushPromises()
  expect(wire.calls.at(-1)).toEqual([
    'training.start',
    { datasetId: 1, request: { loss: { name: 'triplet', options: {} } } },
  ])
  expect(useToastStore().toasts.map((toast) => toast.details)).toEqual(['busy: Another run is on.'])
})
