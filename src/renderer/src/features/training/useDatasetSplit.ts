import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { DatasetId, LabelId } from '../../../../shared/model/ids'
import type { DatasetSplit, SplitLabel } from '../../../../shared/model/split'
import type { TrainingRequest } from '../../../../shared/model/training'
import { api } from '../../api/client'
import { useToastStore } from '../../stores/toasts'

/** Counts up whenever what some dataset keeps unseen was chosen otherwise. */
export function useSplitRevision() {
  const revision = ref(0)
  onScopeDispose(api.split.onChanged(() => revision.value++))
  return revision
}

/** What the split hangs on in a request of training. */
const splitRequestOf = ({ split, testShare }: TrainingRequest) => ({
  ...(split === undefined ? {} : { split }),
  ...(testShare === undefined ? {} : { testShare }),
})

const unseenOf = (labels: readonly SplitLabel[], field: 'side' | 'drawnSide'): Set<LabelId> =>
  new Set(labels.filter((label) => label[field] === 'unseen').map(({ labelId }) => labelId))

const isSame = (a: ReadonlySet<LabelId>, b: ReadonlySet<LabelId>): boolean =>
  a.size === b.size && [...a].every((id) => b.has(id))

/** What a dataset keeps unseen, and another choice while it is being made. */
export function useDatasetSplit(datasetId: () => DatasetId, request: () => TrainingRequest) {
  const toasts = useToastStore()
  /** As it is. */
  const current = shallowRef<DatasetSplit | null>(null)
  /** What the chosen seed draws; the present state where that is the present seed. */
  const drawn = shallowRef<DatasetSplit | null>(null)
  const chosen = shallowRef<ReadonlySet<LabelId>>(new Set())
  const seed = ref(1)
  const isApplying = ref(false)
  let asked = 0

  async function load(): Promise<void> {
    const mine = ++asked
    const input = { datasetId: datasetId(), request: splitRequestOf(request()) }
    const state = await toasts.guard(() => api.split.state(input))
    if (state === undefined || mine !== asked) return
    current.value = state
    accept(state)
  }

  function accept(state: DatasetSplit): void {
    drawn.value = state
    seed.value = state.seed
    chosen.value = unseenOf(state.labels, 'side')
  }

  watch(seed, async (wanted) => {
    if (drawn.value === null || wanted === drawn.value.seed) return
    const mine = ++asked
    const input = {
      datasetId: datasetId(),
      request: { ...splitRequestOf(request()), splitSeed: wanted },
    }
    const state = await toasts.guard(() => api.split.state(input))
    if (state !== undefined && mine === asked) accept(state)
  })

  const draw = computed(() => unseenOf(drawn.value?.labels ?? [], 'drawnSide'))
  const isByHand = computed(() => !isSame(chosen.value, draw.value))
  const isChanged = computed(
    () =>
      current.value !== null &&
      (drawn.value?.seed !== current.value.seed ||
        !isSame(chosen.value, unseenOf(current.value.labels, 'side'))),
  )
  /** Something can be tested, and something trained on. */
  const isPossible = computed(() => {
    const state = drawn.value
    if (state?.kind !== 'byClass') return true
    const large = state.labels.filter(({ imageCount }) => imageCount > 1)
    return (
      large.some(({ labelId }) => chosen.value.has(labelId)) &&
      large.some(({ labelId }) => !chosen.value.has(labelId))
    )
  })

  function toggle(labelId: LabelId): void {
    const next = new Set(chosen.value)
    if (!next.delete(labelId)) next.add(labelId)
    chosen.value = next
  }

  function backToDraw(): void {
    chosen.value = draw.value
  }

  /** Makes the choice; answers what brings the former one back, or null where it failed. */
  async function apply(): Promise<(() => Promise<boolean>) | null> {
    const before = current.value
    const state = drawn.value
    if (before === null || state === null || isApplying.value) return null
    const id = datasetId()
    const kind = splitRequestOf(request())
    const choose = (of: number, unseen: ReadonlySet<LabelId> | null) =>
      toasts.guard(() =>
        api.split.choose({
          datasetId: id,
          request: kind,
          seed: of,
          unseen: unseen === null ? null : [...unseen],
        }),
      )
    const byHand = state.kind === 'byClass' && isByHand.value
    isApplying.value = true
    const after = await choose(state.seed, byHand ? chosen.value : null)
    isApplying.value = false
    if (after === undefined) return null
    current.value = after
    accept(after)
    const former = before.isByHand ? unseenOf(before.labels, 'side') : null
    return async () => (await choose(before.seed, former)) !== undefined
  }

  return {
    current,
    drawn,
    chosen,
    seed,
    draw,
    isByHand,
    isChanged,
    isPossible,
    isApplying,
    load,
    toggle,
    backToDraw,
    apply,
  }
}
