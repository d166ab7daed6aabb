import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
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

  async function open(props: InstanceType<typeof LabelPicker>['$props'] = {}) {
    useLabelStore().list = labels
    const picker = mount(LabelPicker, {
      global: { plugins: [i18n] },
      props,
      attachTo: document.body,
    })
    await flushPromises()
    return picker
  }

  async function type(picker: VueWrapper, text: string): Promise<void> {
    await picker.get('input').setValue(text)
    await flushPromises()
  }

  it('picks what Enter is pressed on, reached by typing and arrows', async () => {
    const picker = await open()
    const input = picker.get('input')
    expect(document.activeElement).toBe(input.element)
    await type(picker, 'cat')
    await input.trigger('keydown', { key: 'ArrowDown' })
    await input.trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['cat face']])
    picker.unmount()
  })

  it('takes nothing by the alphabet: Enter on nothing does nothing', async () => {
    const picker = await open()
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
    const picker = await open()
    useLabelStore().lastUsed = ['dog']
    await flushPromises()
    expect(picker.get('[data-highlighted]').text()).toContain('dog')
    // A suggestion that comes late stands above, but Enter takes what was marked already.
    await picker.setProps({ suggested: [{ name: 'bobcat', share: 0.2 }] })
    expect(picker.get('[role="option"]').text()).toContain('bobcat')
    await picker.get('input').trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['dog']])
    picker.unmount()

    const other = await open({ suggested: [{ name: 'bobcat', share: 0.2 }] })
    await other.get('input').trigger('keydown', { key: 'Enter' })
    expect(other.emitted('pick')).toEqual([['bobcat']])
    other.unmount()
  })

  it('keeps the mark where the pointer or the keys leave the list', async () => {
    const picker = await open()
    const input = picker.get('input')
    await type(picker, 'cat')
    const options = picker.findAll('[role="option"]')
    await options[2]!.trigger('pointermove', { movementX: 1 })
    // A list that is drawn under a resting pointer is not pointed at.
    await options[0]!.trigger('pointermove')
    await picker.trigger('pointerleave')
    input.element.blur()
    input.element.focus()
    await flushPromises()
    expect(input.attributes('aria-activedescendant')).toBe(options[2]!.attributes('id'))
    await input.trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['bobcat']])
    picker.unmount()
  })

  it('leaves Home and End to the text', async () => {
    const picker = await open()
    const input = picker.get('input')
    await type(picker, 'cat')
    await input.trigger('keydown', { key: 'ArrowDown' })
    for (const key of ['Home', 'End']) {
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
      input.element.dispatchEvent(event)
      expect(event.defaultPrevented).toBe(false)
    }
    expect(picker.get('[data-highlighted]').text()).toContain('cat face')
    picker.unmount()
  })

  it('says at once why a name stands where it does, also when that changes', async () => {
    const picker = await open()
    const dog = () => picker.findAll('[role="option"]').find((one) => one.text().includes('dog'))!
    expect(dog().text()).toBe('dog4')
    await picker.setProps({ suggested: [{ name: 'dog', share: 0.9 }] })
    expect(dog().text()).toBe('doglikely')
    picker.unmount()
  })

  it('offers all rows, those out of sight a frame later', async () => {
    const picker = await open()
    useLabelStore().list = Array.from({ length: 40 }, (_, i) => labelOf(i + 1, `kind ${i}`))
    await type(picker, 'kind')
    const names = () => picker.findAll('[role="option"]').length
    await vi.waitFor(() => expect(names()).toBe(41))
    await picker.get('input').trigger('keydown', { key: 'ArrowUp' })
    await picker.get('input').trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['kind']])
    picker.unmount()
  })

  it('makes a new label', async () => {
    const picker = await open()
    await type(picker, 'otter')
    expect(picker.text()).toContain('New label “otter”')
    await picker.get('input').trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['otter']])
    picker.unmount()
  })

  it('leaves all as it was on Escape, and the key to nobody else', async () => {
    const picker = await open()
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
    const picker = await open()
    const input = picker.get('input')
    await type(picker, 'cat')
    await input.trigger('compositionstart')
    input.element.value = 'catshi'
    await input.trigger('input', { isComposing: true })
    // What is being composed stays when the mark moves.
    await picker.findAll('[role="option"]')[1]!.trigger('pointermove', { movementX: 3 })
    expect(picker.get('[data-highlighted]').text()).toContain('cat face')
    expect(input.element.value).toBe('catshi')
    await input.trigger('keydown', { key: 'Enter', isComposing: true })
    await input.trigger('keydown', { key: 'Escape', isComposing: true })
    expect(picker.emitted()).not.toHaveProperty('pick')
    expect(picker.emitted()).not.toHaveProperty('cancel')
    input.element.value = 'cat是'
    await input.trigger('compositionend')
    await flushPromises()
    await input.trigger('keydown', { key: 'Enter' })
    expect(picker.emitted('pick')).toEqual([['cat是']])
    picker.unmount()
  })
})
