import { flushPromises, mount } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Dropped, useFolderDrop } from '../../../src/renderer/src/composables/useFolderDrop'
import { connectWire } from '../../support/windowWire'

function drag(
  type: string,
  types: string[],
  files: File[] = [],
  entries: { isFile: boolean }[] = [],
): Event {
  const event = new Event(type, { bubbles: true, cancelable: true })
  const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }))
  const dataTransfer = { types, files, items, dropEffect: 'none' }
  Object.defineProperty(event, 'dataTransfer', { value: dataTransfer })
  window.dispatchEvent(event)
  return event
}

let dropped: Dropped[]
let view: ReturnType<typeof mount>
beforeEach(() => {
  connectWire({})
  dropped = []
  view = mount(
    defineComponent({
      setup() {
        const hovering = useFolderDrop((one) => dropped.push(one))
        return () => h('p', hovering.value ? 'release' : '')
      },
    }),
  )
})
afterEach(() => view.unmount())

it('takes a folder dropped anywhere, and shows that it is held over the window', async () => {
  drag('dragenter', ['Files'])
  drag('dragenter', ['Files'])
  drag('dragleave', ['Files'])
  await view.vm.$nextTick()
  expect(view.text()).toBe('release')
  const drop = drag('drop', ['Files'], [new File([], 'animals')])
  await flushPromises()
  expect(drop.defaultPrevented).toBe(true)
  expect(dropped).toEqual([{ kind: 'folder', token: 'token of animals' }])
  expect(view.text()).toBe('')
})

it('leaves images that are dragged onto a label alone, though the browser calls them a link', () => {
  const types = ['application/x-semblance-images', 'text/uri-list', 'Files']
  expect(drag('drop', types).defaultPrevented).toBe(false)
  expect(dropped).toEqual([])
})

it('tells several folders, several files, a link of the web and nothing apart', async () => {
  const two = [new File([], 'cats'), new File([], 'dogs')]
  drag('drop', ['Files'], two, [{ isFile: false }, { isFile: false }])
  drag('drop', ['Files'], two, [{ isFile: false }, { isFile: true }])
  drag('drop', ['Files'], two, [{ isFile: true }, { isFile: true }])
  const link = drag('drop', ['text/uri-list', 'text/html'])
  drag('drop', ['Files'])
  await flushPromises()
  // A page must not be opened in the place of the program.
  expect(link.defaultPrevented).toBe(true)
  expect(dropped.map(({ kind }) => kind)).toEqual([
    'several',
    'several',
    'severalFiles',
    'webLink',
    'nothing',
  ])
})
