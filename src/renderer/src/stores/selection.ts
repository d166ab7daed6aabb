import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { ImageId } from '../../../shared/model/ids'

const none: ReadonlySet<ImageId> = new Set()

/** What becomes of the selection when an area is drawn. */
export type SelectionChange = 'replace' | 'add' | 'subtract'

/** A selection as it was, to be put back. */
export interface TakenSelection {
  readonly ids: ReadonlySet<ImageId>
  readonly focus: ImageId | null
  readonly anchor: ImageId | null
}

/**
 * The one selection of the window: grid, triplets, map and inspector show and change the same.
 * `focus` is the image that the keys act from and the inspector shows; `anchor` is where a range
 * starts.
 */
export const useSelectionStore = defineStore('selection', () => {
  const ids = shallowRef<ReadonlySet<ImageId>>(none)
  const focus = shallowRef<ImageId | null>(null)
  const anchor = shallowRef<ImageId | null>(null)

  /** What the person selected, while a view shows something of its own. */
  let own: TakenSelection | null = null
  let lent: ReadonlySet<ImageId> = none

  const count = computed(() => ids.value.size)
  /** The selected ids as a column, in the order they were selected. */
  const column = computed(() => Uint32Array.from(ids.value))

  const has = (id: ImageId): boolean => ids.value.has(id)

  function only(id: ImageId): void {
    ids.value = new Set([id])
    focus.value = id
    anchor.value = id
  }

  function toggle(id: ImageId): void {
    const next = new Set(ids.value)
    if (!next.delete(id)) next.add(id)
    ids.value = next
    focus.value = id
    anchor.value = id
  }

  /** From the anchor to `id` in the order shown; `add` keeps what was selected before. */
  function range(order: Uint32Array, id: ImageId, add = false): void {
    const to = order.indexOf(id)
    const from = anchor.value === null ? to : order.indexOf(anchor.value)
    if (to < 0) return
    const start = from < 0 ? to : Math.min(from, to)
    const end = from < 0 ? to : Math.max(from, to)
    const next = new Set(add ? ids.value : none)
    for (let row = start; row <= end; row++) next.add(order[row]! as ImageId)
    ids.value = next
    focus.value = id
    anchor.value ??= id
  }

  /** Selects exactly these: a lasso, a group, all. */
  function replace(selected: Iterable<number>, focused: ImageId | null = null): void {
    const next = new Set(selected as Iterable<ImageId>)
    ids.value = next
    const [first] = next
    focus.value =
      focused ?? (focus.value !== null && next.has(focus.value) ? focus.value : (first ?? null))
    anchor.value = focus.value
  }

  /** An area was drawn around these. */
  function change(how: SelectionChange, drawn: readonly number[]): void {
    if (how === 'replace') return replace(drawn)
    if (how === 'add') return replace([...ids.value, ...drawn])
    const taken = new Set(drawn)
    replace([...ids.value].filter((id) => !taken.has(id)))
  }

  function clear(): void {
    ids.value = none
    focus.value = null
    anchor.value = null
    own = null
  }

  const take = (): TakenSelection => ({
    ids: ids.value,
    focus: focus.value,
    anchor: anchor.value,
  })
  function put(taken: TakenSelection): void {
    ids.value = taken.ids
    focus.value = taken.focus
    anchor.value = taken.anchor
  }

  /**
   * Selects what a view is about (the images of a triplet) for as long as that view shows; what
   * the person had selected comes back with {@link giveBack}.
   */
  function lend(selected: Iterable<number>, focused: ImageId | null = null): void {
    own ??= take()
    replace(selected, focused)
    lent = ids.value
  }
  /** Puts back what was selected before {@link lend}, unless something else was selected since. */
  function giveBack(): void {
    if (own !== null && ids.value === lent) put(own)
    own = null
    lent = none
  }

  return {
    ids,
    focus,
    anchor,
    count,
    column,
    has,
    only,
    toggle,
    range,
    replace,
    change,
    clear,
    take,
    put,
    lend,
    giveBack,
  }
})
