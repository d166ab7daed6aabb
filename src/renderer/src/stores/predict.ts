import { defineStore } from 'pinia'
import { computed, ref, shallowRef, triggerRef, watch } from 'vue'
import type {
  AskedPicture,
  AskingState,
  DecidingNeighbour,
  PredictingModel,
} from '../../../shared/model/asked'
import type { DatasetId, RunId } from '../../../shared/model/ids'
import { usualFalseAccept } from '../../../shared/model/prediction'
import { announceDrop, api } from '../api/client'
import { coalesce } from './coalesce'
import { useDatasetStore } from './dataset'
import { useLabelStore } from './labels'
import { useRunStore } from './runs'
import { useToastStore } from './toasts'

const neighboursAtOnce = 200

/** What the pictures of the Predict view are taken for, and by which run. */
export const usePredictStore = defineStore('predict', () => {
  const dataset = useDatasetStore()
  const labels = useLabelStore()
  const runs = useRunStore()
  const toasts = useToastStore()

  const chosenId = shallowRef<RunId | null>(null)
  const model = shallowRef<PredictingModel | null>(null)
  /** Why the run's model cannot predict. */
  const failure = shallowRef<unknown>(null)
  const state = shallowRef<AskingState | null>(null)
  const pictures = shallowRef<readonly AskedPicture[]>([])
  const rateIndex = ref(0)

  /** Runs that may predict, newest first. */
  const candidates = computed(() =>
    runs.list.filter((run) => run.status === 'finished' && run.hasEmbeddings),
  )
  const run = computed(
    () => candidates.value.find(({ id }) => id === chosenId.value) ?? candidates.value[0] ?? null,
  )
  const rate = computed(() => model.value?.rates[rateIndex.value] ?? null)
  const isWorking = computed(() => state.value !== null && state.value.phase !== 'idle')
  /** Also while the model opens: what is dropped meanwhile is asked about, and not imported. */
  const asking = computed(() =>
    dataset.id === null || run.value === null || failure.value !== null
      ? null
      : { datasetId: dataset.id, runId: run.value.id },
  )

  /** Null without an answer, or without a threshold. */
  const isKnown = ({ answer }: AskedPicture): boolean | null =>
    answer === null || rate.value === null ? null : answer.strangeness <= rate.value.threshold
  const labelOf = ({ answer }: AskedPicture): string =>
    answer === null ? '' : (model.value?.labelNames[answer.label] ?? '')

  watch(
    () => run.value?.id ?? null,
    () => {
      if (isOpen) void openModel()
    },
  )
  watch(
    () => dataset.id,
    () => {
      chosenId.value = null
      state.value = null
      pictures.value = []
      forgetNeighbours()
      if (isOpen) void load()
    },
  )

  async function openModel(): Promise<void> {
    const runId = run.value?.id ?? null
    model.value = null
    failure.value = null
    if (runId === null) return
    try {
      const opened = await api.prediction.model({ runId })
      if (runId !== run.value?.id) return
      model.value = opened
      const usual = opened.rates.findLastIndex(({ asked }) => asked <= usualFalseAccept + 1e-9)
      rateIndex.value = Math.max(0, usual)
    } catch (error) {
      if (runId === run.value?.id) failure.value = error
      return
    }
    // What was asked of another run is asked anew; nothing happens by itself without pictures.
    const isOther = state.value !== null && state.value.runId !== runId
    if (isOther && state.value!.pictures > 0) await ask()
  }

  /** The view was opened: before, nothing is read. */
  let isOpen = false
  async function load(): Promise<void> {
    isOpen = true
    const datasetId = dataset.id
    if (datasetId === null) return
    const found = await toasts.guard(() => api.prediction.state({ datasetId }))
    if (found !== undefined) accept(found)
    if (model.value === null) await openModel()
  }

  function accept(next: AskingState): void {
    if (next.datasetId !== dataset.id || !isOpen) return
    const isNewer = next.revision !== state.value?.revision
    state.value = next
    if (isNewer) void refresh()
  }

  const refresh = coalesce(async () => {
    const datasetId = dataset.id
    if (datasetId === null) return
    const found = await toasts.guard(() => api.prediction.pictures({ datasetId }))
    if (found === undefined || datasetId !== dataset.id) return
    pictures.value = found
    forgetNeighbours()
  }, 300)

  /** Labels are called anew, or images came and went. */
  function labelsChanged(): void {
    if (pictures.value.length === 0) return
    void refresh()
    const runId = run.value?.id
    if (runId === undefined) return
    void api.prediction.model({ runId }).then(
      (opened) => {
        if (runId === run.value?.id) model.value = opened
      },
      () => {},
    )
  }

  type Asking = { readonly datasetId: DatasetId; readonly runId: RunId }
  async function act(work: (asking: Asking) => Promise<unknown>): Promise<void> {
    const now = asking.value
    if (now !== null) await toasts.guard(() => work(now), 'predict')
  }
  const choose = (what: 'pictures' | 'folder') =>
    act((now) => api.prediction.choose({ ...now, what }))
  const addTokens = (tokens: readonly string[]) =>
    act((now) => api.prediction.add({ ...now, tokens: [...tokens] }))
  const addUnlabelled = () => act((now) => api.prediction.addUnlabelled(now))
  const ask = () => act((now) => api.prediction.ask(now))
  const cancel = () => act(({ datasetId }) => api.prediction.cancel({ datasetId }))
  const clear = () => act(({ datasetId }) => api.prediction.clear({ datasetId }))

  /** Files of the clipboard; a picture that is no file goes over as bytes. */
  async function paste(files: readonly File[]): Promise<void> {
    const tokens: string[] = []
    for (const file of files) {
      const token = await announceDrop(file)
      if (token !== '') tokens.push(token)
      else if (file.type.startsWith('image/')) {
        const bytes = new Uint8Array(await file.arrayBuffer())
        await act((now) => api.prediction.paste({ ...now, bytes }))
      }
    }
    if (tokens.length > 0) await addTokens(tokens)
  }

  /** @param label null: the label that each was given by the model */
  async function acceptAll(
    accepted: readonly AskedPicture[],
    label: string | null = null,
  ): Promise<void> {
    const datasetId = dataset.id
    if (datasetId === null) return
    const groups = new Map<string, number[]>()
    for (const picture of accepted) {
      const name = label ?? labelOf(picture)
      if (name === '') continue
      const ids = groups.get(name)
      if (ids === undefined) groups.set(name, [picture.id])
      else ids.push(picture.id)
    }
    if (groups.size === 0) return
    await labels.change(() =>
      api.prediction.accept({
        datasetId,
        groups: [...groups].map(([name, ids]) => ({ label: name, ids })),
      }),
    )
  }

  /** What was written and where; null where nothing was. */
  async function exportCsv(): Promise<{ readonly rows: number; readonly path: string } | null> {
    const datasetId = dataset.id
    if (datasetId === null) return null
    const falseAccept = rate.value?.asked ?? usualFalseAccept
    const ask = () => api.prediction.exportCsv({ datasetId, falseAccept })
    const result = await toasts.guard(ask, 'predict')
    return result?.status === 'written' ? result : null
  }

  /** Neighbours that were looked at; those of pictures that scroll by are asked for together. */
  const neighbours = shallowRef(new Map<number, readonly DecidingNeighbour[]>())
  let wanted = new Set<number>()
  let asked = new Set<number>()
  function forgetNeighbours(): void {
    neighbours.value = new Map()
    wanted = new Set()
    asked = new Set()
  }
  function neighboursOf(id: number): readonly DecidingNeighbour[] {
    const found = neighbours.value.get(id)
    if (found === undefined && !asked.has(id)) {
      asked.add(id)
      if (wanted.size === 0) queueMicrotask(() => void fetchWanted())
      wanted.add(id)
    }
    return found ?? []
  }
  async function fetchWanted(): Promise<void> {
    const datasetId = dataset.id
    const all = [...wanted]
    wanted = new Set()
    if (datasetId === null) return
    const into = neighbours.value
    for (let from = 0; from < all.length; from += neighboursAtOnce) {
      const ids = all.slice(from, from + neighboursAtOnce)
      const found = await api.prediction.neighbours({ datasetId, ids }).catch(() => [])
      if (into !== neighbours.value) return
      found.forEach((row, i) => into.set(ids[i]!, row))
      triggerRef(neighbours)
    }
  }

  function chooseRun(runId: RunId): void {
    chosenId.value = runId
  }

  return {
    ...{ candidates, run, model, failure, state, pictures, rateIndex, rate, isWorking, asking },
    ...{ isKnown, labelOf, load, accept, labelsChanged, neighboursOf, chooseRun },
    ...{ choose, addTokens, addUnlabelled, ask, cancel, clear, paste, acceptAll, exportCsv },
  }
})
