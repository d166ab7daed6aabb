import { flushPromises, mount } from '@vue/test-utils'
import { beforeAll, describe, expect, it } from 'vitest'
import { trainingRegistry } from '../../../src/main/training/registry'
import MathFormula from '../../../src/renderer/src/components/MathFormula.vue'

// What every browser has and the DOM of the tests lacks: a page's mode, and styles of MathML.
beforeAll(() => {
  Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat', configurable: true })
  Object.defineProperty(Element.prototype, 'style', { get: () => ({}), configurable: true })
})

async function drawn(tex: string) {
  const wrapper = mount(MathFormula, { props: { tex } })
  await import('temml')
  await flushPromises()
  return wrapper
}

describe('formulas', () => {
  const { extractors: _, ...registry } = trainingRegistry()
  const entries = Object.values(registry)
    .flat()
    .filter((entry) => entry.formula !== '')

  it('has a formula for every loss and distance', () => {
    for (const entry of [...registry.losses, ...registry.distances]) {
      expect(entry.formula, entry.name).not.toBe('')
    }
  })
  it.each(entries.map((entry) => [entry.name, entry.formula]))(
    'sets that of %s',
    async (_, tex) => {
      const wrapper = await drawn(tex)
      expect(wrapper.findAll('math')).toHaveLength(1)
      expect(wrapper.find('code').exists()).toBe(false)
      expect(wrapper.find('merror').exists()).toBe(false)
      // A backslash left over is a command that was not understood.
      expect(wrapper.text()).not.toContain('\\')
    },
  )
  it('shows the source of what cannot be read', async () => {
    const wrapper = await drawn('\\frac{1}{')
    expect(wrapper.find('math').exists()).toBe(false)
    expect(wrapper.get('code').text()).toBe('\\frac{1}{')
  })
  it('follows a change', async () => {
    const wrapper = await drawn('a')
    await wrapper.setProps({ tex: 'b + c' })
    await flushPromises()
    expect(wrapper.findAll('math')).toHaveLength(1)
    expect(wrapper.text()).toContain('b')
  })
})
