import { useShortcuts } from '../../composables/useShortcuts'
import type { ImageId } from '../../../../shared/model/ids'
import { useDatasetStore } from '../../stores/dataset'
import { useSelectionStore } from '../../stores/selection'
import { type Direction, type GridLayout, moveInGrid } from './gridLayout'

export interface GridKeys {
  readonly layout: () => GridLayout
  readonly pagePx: () => number
  /** Brings an image into view. */
  readonly reveal: (index: number) => void
  readonly resize: (by: number) => void
  /** Selects all of the focused image's group. */
  readonly selectGroup: () => void
  /** False while something else has the keys. */
  readonly isActive: () => boolean
}

const arrows: readonly (readonly [key: string, direction: Direction])[] = [
  ['arrowleft', 'left'],
  ['arrowright', 'right'],
  ['arrowup', 'up'],
  ['arrowdown', 'down'],
  ['pageup', 'pageUp'],
  ['pagedown', 'pageDown'],
  ['home', 'first'],
  ['end', 'last'],
]

/** Moving and selecting in the grid by keys. */
export function useGridKeys(keys: GridKeys): void {
  const dataset = useDatasetStore()
  const selection = useSelectionStore()

  function move(direction: Direction, extend: boolean): void {
    const ids = dataset.columns?.ids
    if (ids === undefined || ids.length === 0 || !keys.isActive()) return
    const from = selection.focus === null ? -1 : ids.indexOf(selection.focus)
    const to = from < 0 ? 0 : moveInGrid(keys.layout(), from, direction, keys.pagePx())
    const id = ids[to] as ImageId | undefined
    if (id === undefined) return
    if (extend) selection.range(ids, id)
    else selection.only(id)
    keys.reveal(to)
  }

  const moves = arrows.flatMap(([key, direction]) => [
    [key, () => move(direction, false)] as const,
    [`shift+${key}`, () => move(direction, true)] as const,
  ])
  useShortcuts({
    ...Object.fromEntries(moves),
    'mod+a': () => {
      if (dataset.columns !== null) selection.replace(dataset.columns.ids)
    },
    'mod+shift+a': () => keys.selectGroup(),
    '+': () => keys.resize(1),
    '=': () => keys.resize(1),
    '-': () => keys.resize(-1),
  })
}
