import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import CommandPalette from '../../../src/renderer/src/frame/CommandPalette.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { datasetOf, labelOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

let view: VueWrapper

async function open(): Promise<void> {
  connectWire({
    dataset: { columns: () => ({ ids: none, labelIds: none, flags: new Uint8Array() }) },
  })
  view = mount(CommandPalette, { global: { plugins: [i18n] }, attachTo: document.body })
  useAppStore().paletteOpen = true
  await flushPromises()
}
const none = new Uint32Array()
const entries = (): string[] =>
  [...document.querySelectorAll('[role="option"] .text')].map(
    ({ textContent }) => textContent ?? '',
  )
async function type(text: string): Promise<void> {
  const input = document.querySelector<HTMLInputElement>('[role="combobox"]')!
  input.value = text
  input.dispatchEvent(new Event('input'))
  await flushPromises()
}

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})
afterEach(() => view.unmount())

describe('the palette', () => {
  it('offers what can be done before there is a folder, and nothing of images', async () => {
    await open()
    expect(entries()).toContain('Choose folder')
    expect(entries()).toContain('Try the sample')
    expect(entries()).not.toContain('Look at the folder again')
    expect(entries()).not.toContain('Start training')
    await type('sample')
    expect(entries()).toEqual(['Try the sample'])
    await type('no such command')
    expect(entries()).toEqual([])
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain('Nothing found')
  })

  it('marks what Enter takes: the first, and what the arrows or a pointer in motion reach', async () => {
    await open()
    const input = document.querySelector<HTMLInputElement>('[role="combobox"]')!
    const press = async (key: string): Promise<void> => {
      input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
      await flushPromises()
    }
    const marked = () => document.querySelector('[data-highlighted]')
    const isNamed = () => marked()?.id === input.getAttribute('aria-activedescendant')
    expect(marked()?.textContent).toContain('Library')
    await press('ArrowUp')
    expect(marked()?.textContent).toContain('Keyboard shortcuts')
    await press('ArrowDown')
    await press('ArrowDown')
    expect(marked()?.textContent).toContain('Train')
    expect(isNamed()).toBe(true)
    const map = [...document.querySelectorAll('[role="option"]')][3]!
    map.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }))
    expect(marked()?.textContent).toContain('Train')
    map.dispatchEvent(
      Object.assign(new PointerEvent('pointermove', { bubbles: true }), { movementX: 1 }),
    )
    await flushPromises()
    expect(marked()).toBe(map)
    await type('ma')
    expect(marked()).toBe(document.querySelector('[role="option"]'))
    await press('Enter')
    expect(useAppStore().view).toBe('map')
    expect(useAppStore().paletteOpen).toBe(false)
  })

  it('finds labels and commands by all words that are typed', async () => {
    useLabelStore().list = [labelOf(1, 'animals/grey cat'), labelOf(2, 'cat'), labelOf(3, 'grey')]
    await open()
    useDatasetStore().accept(datasetOf())
    await type('cat grey')
    expect(entries()).toEqual(['animals/grey cat', 'Search images for “cat grey”'])
    await type('folder again')
    expect(entries()[0]).toBe('Look at the folder again')
  })
})
