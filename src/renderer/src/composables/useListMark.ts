import { nextTick, type Ref, ref } from 'vue'

/** What a `ListboxRoot` exposes, as far as it is used here. */
export interface ListboxHandle {
  highlightedElement: HTMLElement | null
  highlightItem(value: string): void
}

interface Entry {
  readonly ref: HTMLElement
  readonly value: unknown
}

/**
 * The entry of a listbox that Enter takes. reka-ui marks the first one when the list opens and
 * whenever the text changes, and none once the pointer or the keys are elsewhere; here the mark
 * goes where it is set and stays there.
 */
export function useListMark(list: Readonly<Ref<ListboxHandle | null>>) {
  /** Value of the marked entry. */
  const marked = ref<string | null>(null)
  let element: HTMLElement | null = null

  /** Marks an entry, or none. */
  async function mark(value: string | null): Promise<void> {
    // After the list has marked its first entry, which takes it two turns.
    for (let turn = 0; turn < 3; turn++) await nextTick()
    if (list.value === null) return
    if (value === null) marked.value = element = list.value.highlightedElement = null
    else list.value.highlightItem(value)
  }
  function onHighlight(entry: Entry | undefined): void {
    if (entry === undefined) return
    element = entry.ref
    marked.value = String(entry.value)
  }
  function onLeave(): void {
    if (list.value !== null && element?.isConnected === true) {
      list.value.highlightedElement = element
    }
  }
  /** A list that opens or scrolls under a resting pointer is not pointed at. */
  function onPointermove(event: PointerEvent): void {
    if (event.movementX === 0 && event.movementY === 0) event.stopPropagation()
  }

  return {
    marked,
    mark,
    /** To be bound to the `ListboxRoot`. */
    listens: { onHighlight, onLeave, onPointermoveCapture: onPointermove },
  }
}
