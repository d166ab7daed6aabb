import { shallowReactive } from 'vue'
import type { ImageId } from '../../../../shared/model/ids'
import { api } from '../../api/client'

/** Paths of the few images that are looked at, fetched once each. */
export function useImagePaths() {
  const paths = shallowReactive(new Map<ImageId, string>())

  async function load(ids: readonly ImageId[]): Promise<void> {
    const missing = ids.filter((id) => !paths.has(id))
    if (missing.length === 0) return
    try {
      for (const image of await api.dataset.images({ ids: Uint32Array.from(missing) })) {
        paths.set(image.id, image.relativePath)
      }
    } catch {
      // The path is a caption only: without it the pictures can still be judged.
    }
  }
  return { paths, load }
}
