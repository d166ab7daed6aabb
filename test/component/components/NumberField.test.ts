import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import NumberField from '../../../src/renderer/src/components/NumberField.vue'

async function typed(text: string, limits: object = {}) {
  const field = mount(NumberField, { props: { label: 'Steps', modelValue: undefined, ...limits } })
  const input = field.get('input')
  input.element.value = text
  await input.trigger('change')
  return { value: field.emitted('update:modelValue')?.at(-1)?.[0], shown: input.element.value }
}

describe('a field for a number', () => {
  it('gives what was typed and goes on showing it', async () => {
    expect(await typed('0.25')).toEqual({ value: 0.25, shown: '0.25' })
  })
  it('keeps within its limits and to whole numbers', async () => {
    expect(await typed('900', { maximum: 100 })).toEqual({ value: 100, shown: '100' })
    expect(await typed('2.6', { step: 1 })).toEqual({ value: 3, shown: '3' })
  })
  it('gives nothing where nothing is typed', async () => {
    expect((await typed('')).value).toBeUndefined()
  })
})
