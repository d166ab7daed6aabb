import { computed, onUnmounted, ref, shallowRef, watch, type Ref } from 'vue'
import type { MapRequest } from '../../../../shared/model/options/mapOptions'
import type { RunId } from '../../../../shared/model/ids'
import type { ProjectionPoints, ProjectionState } from '../../../../shared/model/projection'
import { api } from '../../api/client'
import { useToastStore } from '../../stores/toasts'

/** Maps that a person stopped; they are not started again by merely coming back. */
const stopped = new Set<RunId>()

/**
 * The map of a run: starts it when the run is first shown, follows its progress, and has the best
 * points there are.
 */
export function useProjection(runId: Ref<RunId | null>) {
  const toasts = useToastStore()
  const state = shallowRef<ProjectionState | null>(null)
  const points = shallowRef<ProjectionPoints | null>(null)
  const failed = ref(false)
  let loadedRevision = -1

  async function load(id: RunId): Promise<void> {
    const loaded = await toasts.guard(() => api.projection.points({ runId: id }))
    if (id === runId.value && loaded !== undefined) points.value = loaded
  }

  function accept(next: ProjectionState): void {
    if (next.runId !== runId.value) return
    state.value = next
    failed.value = next.phase === 'failed'
    if (next.revision === loadedRevision) return
    loadedRevision = next.revision
    if (next.revision > 0) void load(next.runId)
  }

  async function start(id: RunId, options?: MapRequest): Promise<void> {
    stopped.delete(id)
    failed.value = false
    state.value = null
    try {
      const started = await api.projection.start({ runId: id, ...(options && { options }) })
      // What an event has told meanwhile is newer than the answer.
      if (id === runId.value && state.value === null) accept(started)
    } catch (error) {
      if (id !== runId.value) return
      failed.value = true
      toasts.fail(error)
    }
  }

  async function cancel(): Promise<void> {
    const id = runId.value
    if (id === null) return
    stopped.add(id)
    await toasts.guard(() => api.projection.cancel({ runId: id }))
  }

  watch(
    runId,
    (id) => {
      state.value = null
      points.value = null
      failed.value = false
      loadedRevision = -1
      if (id === null) return
      if (stopped.has(id)) void load(id)
      else void start(id)
    },
    { immediate: true },
  )
  const stops = [
    api.projection.onProgress(accept),
    // Labels decide which points are wrong neighbours, exclusions which are shown.
    api.labels.onChanged(() => {
      if (runId.value !== null && points.value !== null) void load(runId.value)
    }),
  ]
  onUnmounted(() => stops.forEach((stop) => stop()))

  /** Asks for something of the run shown. */
  async function ask(call: (input: { readonly runId: RunId }) => Promise<unknown>): Promise<void> {
    const id = runId.value
    if (id !== null) await toasts.guard(() => call({ runId: id }))
  }

  const isRunning = computed(() => state.value?.phase === 'running')
  return {
    state,
    points,
    failed,
    isRunning,
    start: (options?: MapRequest) =>
      runId.value === null ? Promise.resolve() : start(runId.value, options),
    pause: () => ask(api.projection.pause),
    resume: () => ask(api.projection.resume),
    cancel,
  }
}
