import { onMounted, onUnmounted, type Ref, ref } from 'vue'
import { pathOfDroppedFile } from '../api/client'

const carriesFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('Files') === true

/**
 * Takes folders dropped anywhere on the window. The answer is true while one is held over it.
 * `onDrop` gets the path of the first thing dropped, empty where it has none.
 */
export function useFolderDrop(onDrop: (path: string) => void): Ref<boolean> {
  const hovering = ref(false)
  /** Enter and leave come for each element on the way; only the balance says who is inside. */
  let depth = 0

  function onEnter(event: DragEvent): void {
    if (!carriesFiles(event)) return
    event.preventDefault()
    depth++
    hovering.value = true
  }
  function onOver(event: DragEvent): void {
    if (!carriesFiles(event)) return
    event.preventDefault()
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
    hovering.value = true
  }
  function onLeave(event: DragEvent): void {
    if (!carriesFiles(event)) return
    depth = Math.max(0, depth - 1)
    if (depth === 0) hovering.value = false
  }
  function onDropped(event: DragEvent): void {
    if (!carriesFiles(event)) return
    event.preventDefault()
    depth = 0
    hovering.value = false
    const file = event.dataTransfer?.files[0]
    if (file !== undefined) onDrop(pathOfDroppedFile(file))
  }

  onMounted(() => {
    window.addEventListener('dragenter', onEnter)
    window.addEventListener('dragover', onOver)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('drop', onDropped)
  })
  onUnmounted(() => {
    window.removeEventListener('dragenter', onEnter)
    window.removeEventListener('dragover', onOver)
    window.removeEventListener('dragleave', onLeave)
    window.removeEventListener('drop', onDropped)
  })
  return hovering
}
