import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { SweepId } from '../../../shared/model/ids'
import type { QueuedWork } from '../../../shared/model/queue'
import {
  requestOfRow,
  type SweepRequest,
  type SweepRow,
  type SweepState,
} from '../../../shared/model/sweep'
import { api } from '../api/client'
import { coalesce } from './coalesce'
import { useDatasetStore } from './dataset'
import { useRunStore } from './runs'
import { useToastStore } from './toasts'
import { useTrainingGate } from './trainingGate'

/** Sweeps of the open dataset, newest first. */
export const useSweepStore = defineStore('sweeps', () => {
  const dataset = useDatasetStore()
  const runs = useRunStore()
  const toasts = useToastStore()
  const gate = useTrainingGate()
  const list = shallowRef<readonly SweepState[]>([])
  const chosenId = shallowRef<SweepId | null>(null)
  const starting = ref(false)
  const loaded = ref(false)

  /** The one that shows: the chosen one, else the newest. */
  const current = computed<SweepState | null>(
    () => list.value.find(({ id }) => id === chosenId.value) ?? list.value[0] ?? null,
  )
  const active = computed<SweepState | null>(
    () => list.value.find(({ status }) => status === 'running') ?? null,
  )

  const refresh = coalesce(async () => {
    const datasetId = dataset.id
    if (datasetId === null) {
      reset()
      return
    }
    const found = await toasts.guard(() => api.sweep.list({ datasetId }))
    if (found === undefined || datasetId !== dataset.id) return
    list.value = found
    loaded.value = true
  }, 200)

  function reset(): void {
    list.value = []
    chosenId.value = null
    loaded.value = false
  }

  function remember(state: SweepState): void {
    if (state.datasetId !== dataset.id) return
    const known = list.value.some(({ id }) => id === state.id)
    list.value = known
      ? list.value.map((other) => (other.id === state.id ? state : other))
      : [state, ...list.value]
  }

  function choose(sweepId: SweepId): void {
    chosenId.value = sweepId
  }

  async function begin(work: QueuedWork, ask: () => Promise<SweepState>): Promise<boolean> {
    if (starting.value) return false
    return gate.pass(work, async () => {
      starting.value = true
      const state = await ask().finally(() => (starting.value = false))
      remember(state)
      if (state.datasetId === dataset.id) chosenId.value = state.id
    })
  }

  async function start(request: SweepRequest): Promise<boolean> {
    const datasetId = dataset.id
    if (datasetId === null) return false
    return begin({ kind: 'sweep', datasetId, request }, () =>
      api.sweep.start({ datasetId, request }),
    )
  }

  async function resume(sweepId: SweepId): Promise<boolean> {
    const datasetId = dataset.id
    if (datasetId === null) return false
    return begin({ kind: 'resumeSweep', datasetId, sweepId }, () => api.sweep.resume({ sweepId }))
  }
  const cancel = (sweepId: SweepId): Promise<unknown> =>
    toasts.guard(() => api.sweep.cancel({ sweepId }))

  async function remove(sweepId: SweepId): Promise<void> {
    await toasts.guard(() => api.sweep.remove({ sweepId }))
    if (chosenId.value === sweepId) chosenId.value = null
    await refresh()
  }

  /** Trains a row's combination as a run of its own, with embeddings, triplets and a model. */
  const promote = (state: SweepState, row: SweepRow): Promise<boolean> =>
    runs.start(requestOfRow(state, row))

  return {
    list,
    chosenId,
    current,
    active,
    starting,
    loaded,
    refresh,
    reset,
    remember,
    choose,
    start,
    resume,
    cancel,
    remove,
    promote,
  }
})
