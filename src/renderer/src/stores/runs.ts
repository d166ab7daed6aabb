import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { DatasetId, RunId } from '../../../shared/model/ids'
import type {
  BackendChoice,
  RunSummary,
  TrainingPlan,
  TrainingRequest,
  TrainingState,
} from '../../../shared/model/training'
import { api } from '../api/client'
import { useAppStore } from './app'
import { coalesce } from './coalesce'
import { useDatasetStore } from './dataset'
import { useToastStore } from './toasts'
import { useTrainingGate } from './trainingGate'

/** Runs of the open dataset, newest first, and how the one that trains stands. */
export const useRunStore = defineStore('runs', () => {
  const app = useAppStore()
  const dataset = useDatasetStore()
  const toasts = useToastStore()
  const gate = useTrainingGate()
  const list = shallowRef<readonly RunSummary[]>([])
  const chosenId = shallowRef<RunId | null>(null)
  const states = shallowRef<ReadonlyMap<RunId, TrainingState>>(new Map())
  const starting = ref(false)

  /** The run that all views show: the chosen one, else the newest. */
  const current = computed<RunSummary | null>(
    () => list.value.find((run) => run.id === chosenId.value) ?? list.value[0] ?? null,
  )
  const currentState = computed<TrainingState | null>(() =>
    current.value === null ? null : (states.value.get(current.value.id) ?? null),
  )
  const active = computed<RunSummary | null>(
    () => list.value.find((run) => run.status === 'running' || run.status === 'paused') ?? null,
  )
  /** The shown run where it has embeddings, else the newest that has: for neighbours and export. */
  const embedded = computed<RunSummary | null>(() =>
    current.value?.hasEmbeddings === true
      ? current.value
      : (list.value.find((run) => run.hasEmbeddings) ?? null),
  )

  const refresh = coalesce(async () => {
    const datasetId = dataset.id
    if (datasetId === null) {
      reset()
      return
    }
    const loaded = await toasts.guard(() => api.training.runs({ datasetId }))
    if (loaded === undefined || datasetId !== dataset.id) return
    list.value = loaded.toSorted((a, b) => b.startedAt - a.startedAt || b.id - a.id)
  }, 200)

  function reset(): void {
    list.value = []
    chosenId.value = null
    states.value = new Map()
  }

  /** State of a run, from memory or from main. */
  async function loadState(runId: RunId): Promise<void> {
    const state = await toasts.guard(() => api.training.state({ runId }))
    if (state !== undefined && state !== null) remember(state)
  }

  /** A run of another dataset has nothing to say here. */
  function remember(state: TrainingState): void {
    if (state.datasetId !== dataset.id) return
    states.value = new Map(states.value).set(state.run.id, state)
    const known = list.value.some((run) => run.id === state.run.id)
    if (!known) void refresh()
    else list.value = list.value.map((run) => (run.id === state.run.id ? state.run : run))
  }

  function choose(runId: RunId): void {
    chosenId.value = runId
  }

  async function planOf(request: TrainingRequest = {}): Promise<TrainingPlan | null> {
    const datasetId = dataset.id
    return datasetId === null ? null : api.training.plan({ datasetId, request })
  }

  /** One click: starts and shows it. Answers whether it began. */
  async function start(request: TrainingRequest = {}): Promise<boolean> {
    const datasetId = dataset.id
    if (datasetId === null || starting.value) return false
    return gate.pass({ kind: 'run', datasetId, request }, () =>
      show(datasetId, () => api.training.start({ datasetId, request })),
    )
  }

  /**
   * Goes on with an interrupted run from its last checkpoint; on another backend, where one is
   * named. Answers whether it began.
   */
  async function goOn(runId: RunId, backend?: BackendChoice): Promise<boolean> {
    const datasetId = dataset.id
    if (datasetId === null || starting.value) return false
    const on = backend === undefined ? {} : { backend }
    return gate.pass({ kind: 'resumeRun', datasetId, runId, ...on }, () =>
      show(datasetId, () => api.training.resumeRun({ runId, ...on })),
    )
  }

  async function show(datasetId: DatasetId, begin: () => Promise<RunSummary>): Promise<void> {
    starting.value = true
    const run = await begin().finally(() => (starting.value = false))
    // Another dataset was opened meanwhile: the run shows when that one is open again.
    if (datasetId !== dataset.id) return
    list.value = [run, ...list.value.filter((other) => other.id !== run.id)]
    choose(run.id)
    app.go('training')
    await loadState(run.id)
  }

  const pause = (runId: RunId): Promise<unknown> =>
    toasts.guard(() => api.training.pause({ runId }))
  const resume = (runId: RunId): Promise<unknown> =>
    toasts.guard(() => api.training.resume({ runId }))
  const cancel = (runId: RunId): Promise<unknown> =>
    toasts.guard(() => api.training.cancel({ runId }))

  async function remove(runId: RunId): Promise<void> {
    await toasts.guard(() => api.training.removeRun({ runId }))
    if (chosenId.value === runId) chosenId.value = null
    await refresh()
  }

  return {
    list,
    chosenId,
    current,
    currentState,
    active,
    embedded,
    states,
    starting,
    refresh,
    reset,
    loadState,
    remember,
    choose,
    planOf,
    start,
    goOn,
    pause,
    resume,
    cancel,
    remove,
  }
})
