import { mount } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { expect, it } from 'vitest'
import { useFolderDrop } from '../../../src/renderer/src/composables/useFolderDrop'
import { connectWire } from '../../support/windowWire'

function drag(type: string, types: string[], files: File[] = []): Event {
  const event = new Event(type, { bubbles: true, cancelable: true })
  Object.defineProperty(event, 'dataTransfer', { value: { types, files, dropEffect: 'none' } })
  window.dispatchEvent(event)
  return event
}

it('takes a folder dropped anywhere, and shows that it is held over the window', async () => {
  connectWire({})
  const paths: string[] = []
  const view = mount(
    defineComponent({
      setup() {
        const hovering = useFolderDrop((path) => paths.push(path))
        return () => h('p', hovering.value ? 'release' : '')
      },
    }),
  )
  drag('dragenter', ['Files'])
  drag('dragenter', ['Files'])
  drag('dragleave', ['Files'])
  await view.vm.$nextTick()
  expect(view.text()).toBe('release')
  const drop = drag('drop', ['Files'], [new File([], 'animals')])
  await view.vm.$nextTick()
  expect(drop.defaultPrevented).toBe(true)
  expect(paths).toEqual(['/pictures/animals'])
  expect(view.text()).toBe('')

  // Images dragged onto a label are not a folder.
  const own = drag('drop', ['application/x-semblance-images'])
  expect(own.defaultPrevented).toBe(false)
  expect(paths).toHaveLength(1)
  view.unmount()
})
