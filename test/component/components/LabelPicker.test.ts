import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { labelChoices } from '../../../src/renderer/src/components/labelChoices'
import LabelPicker from '../../../src/renderer/src/components/LabelPicker.vue'
import { i18n } from '../../../src/renderer/src/locales/i18n'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { labelOf } from '../../support/windowData'

const labels = [labelOf(1, 'Cat'), labelOf(2, 'bobcat'), labelOf(3, 'cat face'), labelOf(4, 'dog')]

describe('labelChoices', () => {
  it('puts the label of that name first, then beginnings, then parts, then a new one', () => {
    expect(labelChoices(labels, ' cat ', true).map(({ kind, name }) => [kind, name])).toEqual([
      ['known', 'Cat'],
      ['known', 'cat face'],
      ['known', 'bobcat'],
      ['new', 'cat'],
    ])
  })

  it('makes no second label of the same name', () => {
    expect(labelChoices(labels, 'dog', true).map(({ kind }) => kind)).toEqual(['known'])
  })

  it('offers no label only while nothing is typed, and only where allowed', () => {
    expect(labelChoices(labels, '', true).at(-1)?.kind).toBe('none')
    expect(labelChoices(labels, '', false).some(({ kind }) => kind === 'none')).toBe(false)
    expect(labelChoices([], '', false)).toEqual([])
  })
})

describe('labelChoices before anything is typed', () => {
  it('offers what is suggested, then what was used last, then the others by name', () => {
    const first = {
      suggested: [
        { name: 'dog', share: 0.5 },
        { name: 'gone', share: 0.3 },
        { name: 'cat face', share: 0.2 },
      ],
      lastUsed: ['bobcat', 'dog'],
    }
    const choices = labelChoices(labels, ' ', true, first)
    expect(choices.map((choice) => [choice.name, 'because' in choice && choice.because])).toEqual([
      ['dog', 'likely'],
      ['cat face', 'perhaps'],
      ['bobcat', 'lastUsed'],
      ['Cat', false],
      ['', false],
    ])
  })

  it('ranks by what is typed alone once something is', () => {
    const first = { suggested: [{ name: 'dog', share: 1 }], lastUsed: ['bobcat'] }
    expect(labelChoices(labels, 'cat f', true, first).map(({ name }) => name)).toEqual([
      'cat face',
      'cat f',
    ])
  })
})

describe('LabelPicker', () => {
  beforeEach(() => setActivePinia(createPinia()))

  function open() {
    useLabelStore().list = labels
    return mount(LabelPicker, { global: { plugins: [i18n] }, attachTo: document.body })
  }

  it('picks what Enter is pressed on, reached by typing and arrows', async () => {
    const picker = open()
    const input = picker.get('input')
    expect(document.activeElement).toBe(input.element)
    await input.setValue('cat')
    await input.trigger('keydown', { key: 'ArrowDown' })
    await input.trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['cat face']])
    picker.unmount()
  })

  it('takes nothing by the alphabet: Enter on nothing does nothing', async () => {
    const picker = open()
    const input = picker.get('input')
    await input.trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toBeUndefined()
    expect(input.attributes('aria-activedescendant')).toBeUndefined()
    await input.trigger('keydown', { key: 'ArrowUp' })
    await input.trigger('keydown', { key: 'ArrowUp' })
    await input.trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['dog']])
    picker.unmount()
  })

  it('takes the label that was used last, or the one that is suggested, by Enter alone', async () => {
    const picker = open()
    useLabelStore().lastUsed = ['dog']
    await nextTick()
    expect(picker.get('.active').text()).toContain('dog')
    // A suggestion that comes late stands above, but Enter takes what was marked already.
    await picker.setProps({ suggested: [{ name: 'bobcat', share: 0.2 }] })
    expect(picker.get('li').text()).toContain('bobcat')
    await picker.get('input').trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['dog']])
    picker.unmount()

    const other = mount(LabelPicker, {
      global: { plugins: [i18n] },
      props: { suggested: [{ name: 'bobcat', share: 0.2 }] },
      attachTo: document.body,
    })
    await other.get('input').trigger('keydown', { key: 'Enter' })
    expect(other.emitted('pick')).toEqual([['bobcat']])
    other.unmount()
  })

  it('makes a new label', async () => {
    const picker = open()
    await picker.get('input').setValue('otter')
    expect(picker.text()).toContain('New label “otter”')
    await picker.get('input').trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['otter']])
    picker.unmount()
  })

  it('leaves all as it was on Escape, and the key to nobody else', async () => {
    const picker = open()
    let reached = false
    const listen = (): void => {
      reached = true
    }
    document.body.addEventListener('keydown', listen)
    await picker.get('input').trigger('keydown', { key: 'Escape' })
    document.body.removeEventListener('keydown', listen)
    expect(picker.emitted('cancel')).toHaveLength(1)
    expect(reached).toBe(false)
    picker.unmount()
  })

  it('does not take the Enter that ends the input of Chinese', async () => {
    const picker = open()
    await picker.get('input').setValue('cat')
    await picker.get('input').trigger('keydown', { key: 'Enter', isComposing: true })
    expect(picker.emitted('pick')).toBeUndefined()
    picker.unmount()
  })
})
