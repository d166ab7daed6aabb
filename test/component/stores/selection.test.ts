import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useSelectionStore } from '../../../src/renderer/src/stores/selection'
import { asImageId } from '../../support/windowData'

const order = Uint32Array.of(10, 20, 30, 40, 50)

describe('the selection', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('extends from the anchor, and again from the same anchor', () => {
    const selection = useSelectionStore()
    selection.only(asImageId(30))
    selection.range(order, asImageId(50))
    expect([...selection.column]).toEqual([30, 40, 50])
    selection.range(order, asImageId(10))
    expect([...selection.column].sort()).toEqual([10, 20, 30])
    expect(selection.focus).toBe(10)
    expect(selection.anchor).toBe(30)
  })

  it('adds a range to what was selected', () => {
    const selection = useSelectionStore()
    selection.only(asImageId(10))
    selection.toggle(asImageId(40))
    selection.range(order, asImageId(50), true)
    expect([...selection.column].sort()).toEqual([10, 40, 50])
  })

  it('takes one out by toggling it again', () => {
    const selection = useSelectionStore()
    selection.replace(order)
    selection.toggle(asImageId(20))
    expect(selection.count).toBe(4)
    expect(selection.has(asImageId(20))).toBe(false)
  })

  it('keeps the focus where it is still selected', () => {
    const selection = useSelectionStore()
    selection.only(asImageId(30))
    selection.replace([20, 30])
    expect(selection.focus).toBe(30)
    selection.replace([40, 50])
    expect(selection.focus).toBe(40)
    selection.replace([])
    expect(selection.focus).toBeNull()
    expect(selection.count).toBe(0)
  })

  it('ignores a range to an image that is not shown', () => {
    const selection = useSelectionStore()
    selection.only(asImageId(30))
    selection.range(order, asImageId(99))
    expect([...selection.column]).toEqual([30])
  })

  it('lends itself to a view and gives back what the person had selected', () => {
    const selection = useSelectionStore()
    selection.replace([10, 20], asImageId(20))
    selection.lend([30, 40, 50], asImageId(30))
    selection.lend([10, 40, 50], asImageId(10))
    expect(selection.focus).toBe(10)
    selection.giveBack()
    expect([...selection.column]).toEqual([10, 20])
    expect(selection.focus).toBe(20)
  })

  it('keeps what was selected after it was lent', () => {
    const selection = useSelectionStore()
    selection.only(asImageId(10))
    selection.lend([30, 40, 50])
    selection.only(asImageId(50))
    selection.giveBack()
    expect([...selection.column]).toEqual([50])
    selection.giveBack()
    expect([...selection.column]).toEqual([50])
  })
})
