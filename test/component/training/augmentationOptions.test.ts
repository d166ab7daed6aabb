import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import { resolvePicture } from '../../../src/main/protocol/resolve'
import { trainingRegistry } from '../../../src/main/training/registry'
import AugmentationOptions from '../../../src/renderer/src/features/training/AugmentationOptions.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { augmentationPolicies } from '../../../src/shared/model/augmentation'
import type { TrainingOptions, TrainingRequest } from '../../../src/shared/model/training'
import { asDatasetId, datasetOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const registry = trainingRegistry()
const planned = { network: 'small', seed: 4, imageSizePx: 96 } as TrainingOptions

beforeEach(() => {
  setLocale('en')
  setActivePinia(createPinia())
  connectWire({
    dataset: {
      columns: () => ({
        ids: Uint32Array.of(11, 12, 13),
        labelIds: new Uint32Array(3),
        flags: new Uint8Array(3),
      }),
    },
  })
  useDatasetStore().current = datasetOf({ id: asDatasetId(3) })
})

async function shown(request: TrainingRequest, options: TrainingOptions = planned) {
  const changes: unknown[] = []
  const props = {
    ...{ registry, request, planned: options, disabled: false },
    onChange: (change: unknown) => changes.push(change),
  }
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(AugmentationOptions, props)) },
    { global: { plugins: [i18n] } },
  )
  await flushPromises()
  const pictures = () =>
    view.findAll('img').map((image) => resolvePicture(image.attributes('src') ?? ''))
  return { view, changes, pictures }
}

describe('how pictures are varied', () => {
  it('shows eight versions of one picture by the policy that is chosen', async () => {
    const { pictures } = await shown({ augmentation: 'strong', augmentFlip: true })
    expect(pictures()).toEqual(
      Array.from({ length: 8 }, (_, version) => ({
        ...{ datasetId: 3, imageId: 11, size: 'thumbnail', isAsked: false },
        varied: {
          policy: { ...augmentationPolicies.strong, flip: true },
          ...{ seed: 4, version, sidePx: 96 },
        },
      })),
    )
  })

  it('shows another picture, and says so where one cannot be shown', async () => {
    const { view, pictures } = await shown({})
    await view.get('figure button').trigger('click')
    expect(new Set(pictures().map((picture) => picture?.imageId))).toEqual(new Set([12]))
    await view.get('img').trigger('error')
    expect(view.get('[role="status"]').text()).toContain('cannot be shown')
    expect(pictures()).toEqual([])
  })

  it('is chosen by one control, and its strengths one by one', async () => {
    const { view, changes } = await shown({})
    const radios = view.findAll<HTMLInputElement>('input[type="radio"]')
    expect(radios.map(({ element }) => element.checked)).toEqual([false, true, false, false])
    await radios[3]!.setValue()
    expect(changes).toEqual([{ augmentation: 'strong' }])
    const crop = view.get<HTMLInputElement>('input[aria-label="Crop"]')
    await crop.setValue('0.3')
    await crop.trigger('change')
    expect(changes.at(-1)).toEqual({ augmentCrop: 0.3 })
  })

  it('says that nothing is varied where it is off', async () => {
    const { view, pictures } = await shown({ augmentation: 'off' })
    expect(pictures()).toEqual([])
    expect(view.get('.none').text()).toBe('Every step sees the pictures as they are.')
  })

  const frozen = { network: 'frozen', seed: 4 } as TrainingOptions

  it('offers copies alone where features are frozen, and says why', async () => {
    const { view, changes, pictures } = await shown({}, frozen)
    expect(view.get('.none').text()).toContain('Frozen features are of the pictures as they are')
    expect(view.findAll('input[type="radio"]')).toHaveLength(0)
    expect(pictures()).toEqual([])
    const copies = view.get<HTMLInputElement>('input[aria-label="Augmented copies"]')
    expect(copies.attributes('placeholder')).toContain('0')
    await copies.setValue('4')
    await copies.trigger('change')
    expect(changes.at(-1)).toEqual({ augmentedCopies: 4 })
  })

  it('shows how copies are varied, which is mild by itself', async () => {
    const options = { ...frozen, augmentedCopies: 4, augmentation: 'mild' } as TrainingOptions
    const { view, pictures } = await shown({ augmentedCopies: 4 }, options)
    expect(view.find('.none').exists()).toBe(false)
    const radios = view.findAll<HTMLInputElement>('input[type="radio"]')
    expect(radios.map(({ element }) => element.checked)).toEqual([false, false, true, false])
    expect(pictures()[0]?.varied?.policy).toEqual(augmentationPolicies.mild)
  })

  it('shows what was chosen without effect, so that it can be taken back', async () => {
    const { view } = await shown({ augmentation: 'strong' }, frozen)
    expect(view.get('.none').text()).toContain('Frozen features are of the pictures as they are')
    expect(view.findAll('input[type="radio"]')).toHaveLength(4)
  })
})
