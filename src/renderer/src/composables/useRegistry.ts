import { shallowRef } from 'vue'
import type { TrainingRegistry } from '../../../shared/model/training'
import { api } from '../api/client'

/** Losses, miners and distances with their descriptions; the same for the whole session. */
export function useRegistry() {
  const registry = shallowRef<TrainingRegistry | null>(null)
  void api.training.registry({}).then((loaded) => (registry.value = loaded))
  return registry
}
