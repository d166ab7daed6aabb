import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import AddNetworkDialog from '../../../src/renderer/src/features/training/AddNetworkDialog.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { AppError } from '../../../src/shared/errors'
import type { DatasetId } from '../../../src/shared/model/ids'
import type {
  NetworkDraft,
  NetworkTrialResult,
  OwnNetwork,
} from '../../../src/shared/model/ownNetwork'
import { asDatasetId } from '../../support/windowData'
import { connectWire, type Wire } from '../../support/windowWire'

const network: OwnNetwork = {
  id: 'own-seen-0123456789ab',
  title: 'seen',
  contentHash: '0123456789abcdef'.repeat(4),
  bytes: 88_000_000,
  licence: '',
  input: {
    ...{ name: 'pixel_values', layout: 'nchw', sidePx: 224, batch: null, isHalf: false },
    mean: [123.675, 116.28, 103.53],
    deviation: [58.395, 57.12, 57.375],
  },
  layers: [
    {
      ...{ name: 'token', tensor: 'hidden', pooling: 'first', shape: [257, 384], channelAxis: 1 },
      ...{ ownTokens: 1, dimension: 384, multiplyAdds: 5500 },
    },
  ],
  defaultLayers: 'token',
}
const draft: NetworkDraft = {
  ...{ token: 'first', network, filesBeside: ['seen.onnx.data'] },
  sources: { layout: 'file', sidePx: 'guess', mean: 'beside', deviation: 'beside' },
}
const trial: NetworkTrialResult = {
  ...{ network, leftOut: [], pictures: 3, msPerPicture: 42, imageCount: 1000 },
}

let view: VueWrapper | null = null
beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})
afterEach(() => {
  view?.unmount()
  view = null
})

type Networks = NonNullable<Parameters<typeof connectWire>[0]['networks']>

/** Opens it and waits until it has looked and tried. */
async function open(answers: Networks, datasetId: DatasetId | null = asDatasetId(3)) {
  const wire: Wire = connectWire({ networks: answers })
  const added: unknown[][] = []
  const openings: boolean[] = []
  view = mount(
    {
      render: () =>
        h(TooltipProvider, null, () =>
          h(AddNetworkDialog, {
            ...{ datasetId, open: true },
            'onUpdate:open': (isOpen: boolean) => openings.push(isOpen),
            onAdded: (...what: unknown[]) => added.push(what),
          }),
        ),
    },
    { attachTo: document.body, global: { plugins: [i18n] } },
  )
  await flushPromises()
  const text = () => document.querySelector('[role="dialog"]')?.textContent ?? ''
  const field = (label: string) =>
    document.querySelector<HTMLInputElement>(`[aria-label="${label}"]`)!
  const button = (name: string) =>
    [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === name)!
  const type = async (label: string, value: string, event: string) => {
    const input = field(label)
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
    input.dispatchEvent(new Event(event, { bubbles: true }))
    await flushPromises()
  }
  const callsOf = (name: string) =>
    wire.calls.filter(([channel]) => channel.endsWith(name)).map(([, input]) => input)
  return { text, field, button, type, callsOf, added, openings }
}

const sound: Networks = {
  choose: () => draft,
  tryOut: () => trial,
  add: () => ({ id: network.id }),
}

describe('a network that is being added', () => {
  it('says what was found, what is a guess, and what it costs on the set', async () => {
    const { text, field, callsOf } = await open(sound)
    expect(text()).toContain('with seen.onnx.data')
    expect(text()).toContain('a guess, check it')
    expect(text()).toContain('token, 384 numbers')
    expect(text()).toContain('3 pictures gave 3 different finite vectors')
    expect(text()).toContain('42 ms a picture here: 42 sec for all 1,000')
    expect(field('Mean of R, G, B').value).toBe('0.485, 0.456, 0.406')
    expect(field('Order').disabled).toBe(true)
    expect(field('Side, px').disabled).toBe(false)
    expect(callsOf('tryOut')).toEqual([{ token: 'first', datasetId: 3 }])
  })

  it('is looked into and tried again with each answer, all answers together', async () => {
    const { type, callsOf, text } = await open({ ...sound, answer: () => draft })
    await type('Mean of R, G, B', '0.5, 0.5, 0.5', 'focusout')
    await type('Deviation', '0.5，0.5，0.25', 'focusout')
    expect(callsOf('answer')).toEqual([
      { token: 'first', answers: { mean: [0.5, 0.5, 0.5] } },
      { token: 'first', answers: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.25] } },
    ])
    expect(callsOf('tryOut')).toHaveLength(3)
    await type('Deviation', '0.5, 0', 'focusout')
    expect(text()).toContain('Three numbers from 0 to 1')
    expect(callsOf('answer')).toHaveLength(2)
  })

  it('is added under its name and licence, and chosen', async () => {
    const { type, button, callsOf, added, openings } = await open(sound)
    await type('Name', ' My eyes ', 'change')
    await type('Licence', 'MIT', 'change')
    button('Add').click()
    await flushPromises()
    expect(callsOf('add')).toEqual([{ token: 'first', title: 'My eyes', licence: 'MIT' }])
    expect(added).toEqual([[network.id, 'My eyes']])
    expect(openings).toEqual([false])
  })

  it.each([
    ['en', 'Left out: it is the same for every picture.'],
    ['zh-CN', '它对每张图片都相同'],
  ] as const)('says which layers are left out: %s', async (locale, words) => {
    setLocale(locale)
    const leftOut = [
      { layer: 'mean', reason: 'it is the same for every picture', chinese: '它对每张图片都相同' },
    ]
    const { text } = await open({ ...sound, tryOut: () => ({ ...trial, leftOut }) })
    expect(text()).toContain(words)
  })

  it('cannot be added where its trial fails, and says why', async () => {
    const { text, button } = await open({
      ...sound,
      tryOut: () => {
        throw new AppError('invalidInput', 'seen.onnx gave no finite numbers.')
      },
    })
    expect(document.querySelector('[role="alert"]')?.textContent).toBeTruthy()
    expect(text()).not.toContain('different finite vectors')
    expect(button('Add').disabled).toBe(true)
  })

  it('waits for a set to be tried on', async () => {
    const { text, button, callsOf } = await open(sound, null)
    expect(text()).toContain('Import a folder first')
    expect(callsOf('tryOut')).toEqual([])
    expect(button('Add').disabled).toBe(true)
  })

  it('goes again where no file was chosen, and stays where the file was refused', async () => {
    const dismissed = await open({ choose: () => null })
    expect(dismissed.openings).toEqual([false])
    view!.unmount()
    const refused = await open({
      choose: () => {
        throw new AppError('invalidInput', 'notes.onnx is no ONNX file.')
      },
    })
    expect(refused.openings).toEqual([])
    expect(document.querySelector('[role="alert"]')?.textContent).toBeTruthy()
  })
})
