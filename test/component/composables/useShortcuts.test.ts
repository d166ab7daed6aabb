import { mount } from '@vue/test-utils'
import { defineComponent, h, KeepAlive, nextTick, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import {
  nameOfKey,
  type Shortcuts,
  shownShortcut,
  useShortcuts,
} from '../../../src/renderer/src/composables/useShortcuts'

const press = (key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
  target.dispatchEvent(event)
  return event
}
const withKeys = (shortcuts: Shortcuts, always: Shortcuts = {}) =>
  defineComponent({
    setup() {
      useShortcuts(shortcuts, always)
      return () => h('div', [h('input', { type: 'text' }), h('button', 'b')])
    },
  })

describe('names of keys', () => {
  it('writes modifiers in one order, and symbols without Shift', () => {
    const name = (key: string, init: KeyboardEventInit = {}) =>
      nameOfKey(new KeyboardEvent('keydown', { key, ...init }))
    expect(name('Z', { ctrlKey: true, shiftKey: true })).toBe('mod+shift+z')
    expect(name('k', { metaKey: true })).toBe('mod+k')
    expect(name('?', { shiftKey: true })).toBe('?')
    expect(name(' ')).toBe('space')
    expect(name('ArrowDown', { shiftKey: true })).toBe('shift+arrowdown')
    expect(shownShortcut('mod+k')).toBe('Ctrl+K')
  })
})

describe('useShortcuts', () => {
  it('leaves keys to the field they are typed into, except those for always', () => {
    const seen: string[] = []
    const view = mount(
      withKeys({ x: () => seen.push('x') }, { 'mod+k': () => seen.push('palette') }),
      { attachTo: document.body },
    )
    const field = view.get('input').element
    press('x')
    press('x', {}, field)
    press('k', { ctrlKey: true }, field)
    expect(seen).toEqual(['x', 'palette'])
    view.unmount()
    press('x')
    expect(seen).toEqual(['x', 'palette'])
  })

  it('leaves a slider the keys that move it, and no others', () => {
    const seen: string[] = []
    const keys = ['Home', 'End', 'PageUp', 'PageDown', 'ArrowLeft']
    const own = Object.fromEntries(keys.map((key) => [key.toLowerCase(), () => seen.push(key)]))
    const view = mount(withKeys({ ...own, a: () => seen.push('a') }), { attachTo: document.body })
    const field = view.get('input').element
    field.type = 'range'
    for (const key of [...keys, 'a']) press(key, {}, field)
    expect(seen).toEqual(['a'])
    press('Home')
    expect(seen).toEqual(['a', 'Home'])
    view.unmount()
  })

  it('leaves Enter to a focused button', () => {
    let count = 0
    const view = mount(withKeys({ enter: () => count++ }), { attachTo: document.body })
    expect(press('Enter', {}, view.get('button').element).defaultPrevented).toBe(false)
    press('Enter')
    expect(count).toBe(1)
    view.unmount()
  })

  it('gives what lies on top the first say', () => {
    const seen: string[] = []
    const below = mount(withKeys({ escape: () => seen.push('below') }))
    const above = mount(withKeys({ escape: () => seen.push('above') }))
    press('Escape')
    above.unmount()
    press('Escape')
    below.unmount()
    expect(seen).toEqual(['above', 'below'])
  })

  it('is silent in a view that is kept but not shown', async () => {
    const seen: string[] = []
    const One = withKeys({ a: () => seen.push('one') })
    const Two = withKeys({ a: () => seen.push('two') })
    const isOne = ref(true)
    const view = mount(() => h(KeepAlive, () => h(isOne.value ? One : Two)))
    press('a')
    isOne.value = false
    await nextTick()
    press('a')
    isOne.value = true
    await nextTick()
    press('a')
    expect(seen).toEqual(['one', 'two', 'one'])
    view.unmount()
  })
})
