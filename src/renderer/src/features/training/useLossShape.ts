import { shallowRef, watch, type Ref } from 'vue'
import type { LossShape } from '../../../../shared/model/lossShape'
import type { Component } from '../../../../shared/model/training'
import { api } from '../../api/client'

/** The curves of a loss with its options; null until they are there, and for a loss without. */
export function useLossShape(loss: Ref<Component>, distance: Ref<string>) {
  const shape = shallowRef<LossShape | null>(null)
  let asked = 0
  watch(
    () => JSON.stringify([loss.value, distance.value]),
    async () => {
      const mine = ++asked
      try {
        const loaded = await api.training.lossShape({
          loss: loss.value,
          distance: distance.value,
        })
        if (mine === asked) shape.value = loaded
      } catch {
        // What does not go together has no shape; the plan says why.
        if (mine === asked) shape.value = null
      }
    },
    { immediate: true },
  )
  return shape
}
