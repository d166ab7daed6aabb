import { onScopeDispose, shallowRef } from 'vue'
import type { TrainingRegistry } from '../../../shared/model/training'
import { api } from '../api/client'

/** Losses, miners, distances and networks with their descriptions; a person may add networks. */
export function useRegistry() {
  const registry = shallowRef<TrainingRegistry | null>(null)
  const load = () => void api.training.registry({}).then((loaded) => (registry.value = loaded))
  load()
  onScopeDispose(api.networks.onChanged(load))
  return registry
}
