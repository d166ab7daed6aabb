import { onMounted, onUnmounted, type Ref, ref } from 'vue'
import { announceDrop } from '../api/client'

/** What was dropped; only a single thing on this machine can be a folder to import. */
export type Dropped =
  | { readonly kind: 'folder'; readonly token: string }
  | { readonly kind: 'pictures'; readonly tokens: readonly string[] }
  | { readonly kind: 'several' | 'severalFiles' | 'webLink' | 'nothing' }

/** Pictures that are dragged within the window carry this; they are no folder. */
const ownPrefix = 'application/x-semblance'

const isForUs = ({ dataTransfer }: DragEvent): boolean => {
  const types = [...(dataTransfer?.types ?? [])]
  if (types.some((type) => type.startsWith(ownPrefix))) return false
  return types.includes('Files') || types.includes('text/uri-list')
}

/**
 * Takes what is dropped anywhere on the window: one folder, or all that has a path where
 * `takesPictures` says so. The answer is true while something is held over it.
 */
export function useFolderDrop(
  onDrop: (dropped: Dropped) => void,
  takesPictures: () => boolean = () => false,
): Ref<boolean> {
  const hovering = ref(false)
  /** Enter and leave come for each element on the way; only the balance says who is inside. */
  let depth = 0

  function onEnter(event: DragEvent): void {
    if (!isForUs(event)) return
    event.preventDefault()
    depth++
    hovering.value = true
  }
  function onOver(event: DragEvent): void {
    if (!isForUs(event)) return
    event.preventDefault()
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
    hovering.value = true
  }
  function onLeave(event: DragEvent): void {
    if (!isForUs(event)) return
    depth = Math.max(0, depth - 1)
    if (depth === 0) hovering.value = false
  }
  function onDropped(event: DragEvent): void {
    if (!isForUs(event)) return
    event.preventDefault()
    depth = 0
    hovering.value = false
    const { dataTransfer } = event
    if (dataTransfer === null) return
    void (takesPictures() ? picturesIn(dataTransfer) : droppedIn(dataTransfer)).then(onDrop)
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

/** What the event holds is read before the first wait; afterwards it is empty. */
async function droppedIn({ files, items, types }: DataTransfer): Promise<Dropped> {
  const [first] = files
  const isLink = types.includes('text/uri-list')
  if (files.length > 1) {
    // A folder is an entry of its own kind; where the system does not say, it may be one.
    const entries = [...(items ?? [])].map((item) => item.webkitGetAsEntry?.() ?? null)
    const isFiles = entries.length > 0 && entries.every((entry) => entry?.isFile === true)
    return { kind: isFiles ? 'severalFiles' : 'several' }
  }
  if (first !== undefined) {
    const token = await announceDrop(first)
    if (token !== '') return { kind: 'folder', token }
  }
  return { kind: isLink ? 'webLink' : 'nothing' }
}

async function picturesIn({ files, types }: DataTransfer): Promise<Dropped> {
  const isLink = types.includes('text/uri-list')
  const announced = await Promise.all([...files].map(announceDrop))
  const tokens = announced.filter((token) => token !== '')
  if (tokens.length > 0) return { kind: 'pictures', tokens }
  return { kind: isLink ? 'webLink' : 'nothing' }
}
