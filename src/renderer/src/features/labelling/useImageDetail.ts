import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { ImageDetail } from '../../../../shared/model/dataset'
import type { ImageId } from '../../../../shared/model/ids'
import { api } from '../../api/client'

/** Facts and history of one image; asked for again when labels change. null until known. */
export function useImageDetail(imageId: Ref<ImageId | null>): Ref<ImageDetail | null> {
  const detail = shallowRef<ImageDetail | null>(null)

  async function load(): Promise<void> {
    const id = imageId.value
    if (id === null) {
      detail.value = null
      return
    }
    try {
      const loaded = await api.dataset.detail({ imageId: id })
      if (imageId.value === id) detail.value = loaded
    } catch {
      // An image that left the dataset has no facts; the picture's place says the rest.
      if (imageId.value === id) detail.value = null
    }
  }

  watch(imageId, load, { immediate: true })
  onScopeDispose(api.labels.onChanged(() => void load()))
  return detail
}
