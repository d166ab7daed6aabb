import { onMounted, onUnmounted, type Ref, ref } from 'vue'

/** True while the window is narrower than `widthPx`. */
export function useNarrowWindow(widthPx: number): Ref<boolean> {
  const query = window.matchMedia(`(max-width: ${widthPx - 1}px)`)
  const isNarrow = ref(query.matches)
  const follow = (change: MediaQueryListEvent): void => {
    isNarrow.value = change.matches
  }
  onMounted(() => query.addEventListener('change', follow))
  onUnmounted(() => query.removeEventListener('change', follow))
  return isNarrow
}
