import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { trainingRegistry } from '../../../src/main/training/registry'
import ComponentPicker from '../../../src/renderer/src/features/training/ComponentPicker.vue'
import {
  found,
  lossGroups,
  suitedGroups,
  type PickerGroup,
} from '../../../src/renderer/src/features/training/componentChoices'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'

const registry = trainingRegistry()
const arcFace = registry.losses.find(({ name }) => name === 'arcFace')!

beforeEach(() => setLocale('en'))
afterEach(() => document.body.replaceChildren())

async function open(groups: readonly PickerGroup[], value: string) {
  const wrapper = mount(ComponentPicker, {
    props: { label: 'Loss', groups, value },
    global: { plugins: [i18n] },
    attachTo: document.body,
  })
  await wrapper.get('button').trigger('click')
  await flushPromises()
  const input = document.querySelector<HTMLInputElement>('[role="combobox"]')!
  const press = async (key: string) => {
    input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    await flushPromises()
  }
  const search = async (text: string) => {
    input.value = text
    input.dispatchEvent(new Event('input'))
    await flushPromises()
  }
  const titles = () =>
    [...document.querySelectorAll('.item .title')].map((e) => e.textContent.trim())
  const activeTitle = () =>
    document.querySelector('.item[data-highlighted] .title')?.textContent.trim()
  return { wrapper, press, search, titles, activeTitle }
}

describe('the choice of a component', () => {
  it('groups every loss by kind and begins at the chosen one', async () => {
    const picker = await open(lossGroups(registry.losses, 'en'), 'triplet')
    expect(picker.titles()).toHaveLength(registry.losses.length)
    const headings = [...document.querySelectorAll('h3')].map((e) => e.textContent.trim())
    expect(headings).toEqual(['Pairs', 'Triplets', 'Classes and proxies'])
    expect(picker.activeTitle()).toBe('Triplet')
    expect(document.querySelector('.about')?.textContent).toContain('Schroff')
  })

  it('is worked by keys: words, arrows, enter', async () => {
    const picker = await open(lossGroups(registry.losses, 'en'), 'triplet')
    await picker.search('deng xue zafeiriou')
    expect(picker.titles()).toEqual(['ArcFace'])
    await picker.search('triplet')
    expect(picker.titles().length).toBeGreaterThan(1)
    expect(picker.activeTitle()).toBe('Triplet')
    await picker.search('proxy')
    const titles = picker.titles()
    expect(titles.length).toBeGreaterThan(1)
    expect(picker.activeTitle()).toBe(titles[0])
    await picker.press('ArrowDown')
    expect(picker.activeTitle()).toBe(titles[1])
    await picker.press('ArrowUp')
    await picker.press('ArrowUp')
    expect(picker.activeTitle()).toBe(titles.at(-1))
    await picker.press('Home')
    await picker.press('Enter')
    const name = registry.losses.find(({ title }) => title.en === titles[0])!.name
    expect(picker.wrapper.emitted('choose')).toEqual([[name]])
    expect(document.querySelector('[role="combobox"]')).toBeNull()
  })

  it('says when nothing is found', async () => {
    const picker = await open(lossGroups(registry.losses, 'en'), 'triplet')
    await picker.search('no such loss')
    expect(picker.titles()).toEqual([])
    expect(document.querySelector('.list')?.textContent).toContain('Nothing found')
    await picker.press('Enter')
    expect(picker.wrapper.emitted('choose')).toBeUndefined()
  })

  it('greys what does not go with the loss, says why, and does not take it', async () => {
    const groups = suitedGroups(registry.distances, arcFace.unsuitable.distances, 'en')
    const picker = await open(groups, 'cosine')
    const euclidean = [...document.querySelectorAll<HTMLElement>('.item')].find((item) =>
      item.textContent.includes('Euclidean'),
    )!
    expect(euclidean.getAttribute('aria-disabled')).toBe('true')
    expect(euclidean.textContent).toContain('is defined with cosine, not with euclidean')
    euclidean.click()
    await picker.search('euclidean')
    await picker.press('Enter')
    expect(picker.wrapper.emitted('choose')).toBeUndefined()
    expect(document.querySelector('[role="combobox"]')).not.toBeNull()
    expect(document.querySelector('.about .reason')?.textContent).toContain('not with euclidean')
  })
})

describe('what a picker offers', () => {
  it('finds what holds every word', () => {
    const groups = found(lossGroups(registry.losses, 'en'), 'schroff triplet')
    expect(groups.flatMap(({ items }) => items.map(({ name }) => name))).toEqual(['triplet'])
  })
})
