import { computed, type Ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Point } from '../../../../core/geometry'
import type { ImageId, LabelId } from '../../../../shared/model/ids'
import type { Rgb } from '../../scatter'
import { useAppStore } from '../../stores/app'
import { useImageStore } from '../../stores/images'
import { useLabelStore } from '../../stores/labels'
import { type SelectionChange, useSelectionStore } from '../../stores/selection'
import { cssOf } from './groups'

/** What pointing at the points of a map, and picking some, does and shows. */
export function usePointsOnMap({
  ids,
  labelIds,
  stage,
  colorOf,
  isWrong,
}: {
  readonly ids: Readonly<Ref<Uint32Array>>
  /** [points], 0 where there is none */
  readonly labelIds: Readonly<Ref<Uint32Array>>
  /** The element that the map fills. */
  readonly stage: Readonly<Ref<HTMLElement | null>>
  readonly colorOf: (index: number) => Rgb | undefined
  readonly isWrong: (index: number) => boolean
}) {
  const { t } = useI18n()
  const app = useAppStore()
  const images = useImageStore()
  const labels = useLabelStore()
  const selection = useSelectionStore()

  const rim = computed<Rgb>(() => (app.shownTheme === 'dark' ? [255, 255, 255] : [20, 20, 20]))
  const focused = computed(() =>
    selection.focus === null ? -1 : ids.value.indexOf(selection.focus),
  )
  const focusedName = computed(() => {
    const id = selection.focus
    if (id === null || focused.value < 0) return ''
    const label = labelIds.value[focused.value] ?? 0
    const name = label === 0 ? t('map.groups.noLabel') : labels.nameOf(label as LabelId)
    return `${images.get(id)?.fileName ?? ''}, ${name}`
  })

  const hovered = shallowRef<{ readonly index: number; readonly at: Point } | null>(null)
  const tip = computed(() => {
    if (hovered.value === null) return null
    const { index, at } = hovered.value
    const id = ids.value[index]
    if (id === undefined) return null
    const label = labelIds.value[index] ?? 0
    const color = colorOf(index)
    return {
      imageId: id as ImageId,
      labelId: label === 0 ? null : (label as LabelId),
      color: color === undefined ? null : cssOf(color),
      isWrong: isWrong(index),
      at,
      room: { width: stage.value?.clientWidth ?? 0, height: stage.value?.clientHeight ?? 0 },
    }
  })

  function onHover(index: number, at: Point): void {
    hovered.value = index < 0 ? null : { index, at }
  }
  function onPick(index: number, add: boolean): void {
    const id = ids.value[index] as ImageId | undefined
    if (id === undefined) {
      if (!add) selection.clear()
    } else if (add) selection.toggle(id)
    else selection.only(id)
  }
  function onLassoed(indices: Uint32Array, how: SelectionChange): void {
    selection.change(
      how,
      Array.from(indices, (index) => ids.value[index]!),
    )
  }

  return { rim, focused, focusedName, tip, onHover, onPick, onLassoed }
}
