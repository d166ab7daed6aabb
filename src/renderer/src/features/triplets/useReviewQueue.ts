import {
  computed,
  onActivated,
  onDeactivated,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type Ref,
} from 'vue'
import type { RunId, TripletId } from '../../../../shared/model/ids'
import {
  type ReviewCounts,
  type ReviewQueue,
  type ReviewTier,
  reviewTiers,
  type ReviewTriplet,
  type Verdict,
} from '../../../../shared/model/triplets'
import { api } from '../../api/client'
import { useLabelStore } from '../../stores/labels'

/** Whether a triplet of a queue still asks something. */
export const isOpen = (triplet: ReviewTriplet): boolean =>
  triplet.verdict === null && !triplet.isSettled

/**
 * The open queue of one run and where the person is in it: a fixed set, whatever training mines
 * meanwhile. The place survives a restart, and undo goes back to the triplet it was about.
 */
export function useReviewQueue(runId: Ref<RunId | null>) {
  const labels = useLabelStore()
  const tier = ref<ReviewTier>('violations')
  const queue = shallowRef<ReviewQueue | null>(null)
  const counts = shallowRef<ReviewCounts | null>(null)
  const index = ref(0)
  const failure = shallowRef<unknown>(null)
  let asked = 0
  /** Kept alive behind another view it opens no queue: nobody has asked for one. */
  let isShown = true
  let missed: 'nothing' | 'change' | 'run' = 'nothing'

  async function load(read: 'queue' | 'renew' = 'queue'): Promise<void> {
    const id = runId.value
    const mine = ++asked
    if (!isShown) {
      if (missed === 'nothing') missed = 'change'
      return
    }
    if (id === null) {
      queue.value = null
      counts.value = null
      return
    }
    try {
      const input = { runId: id, tier: tier.value }
      const loaded = await api.triplets[read](input)
      const counted = await api.triplets.counts({ runId: id })
      // Another question was asked in between.
      if (mine !== asked) return
      failure.value = null
      const isSame = queue.value?.id === loaded.id && queue.value?.tier === loaded.tier
      queue.value = loaded
      counts.value = counted
      if (!isSame) index.value = loaded.cursor
    } catch (error) {
      if (mine === asked) failure.value = error
    }
  }

  /** Of another run: the first tier that has something to ask. */
  async function enter(): Promise<void> {
    queue.value = null
    if (!isShown) {
      missed = 'run'
      return
    }
    tier.value = 'violations'
    const id = runId.value
    await load()
    const found = counts.value
    if (id !== runId.value || found === null || count.value > 0) return
    const first = reviewTiers.find((name) => found.tiers[name] > 0)
    if (first !== undefined && first !== tier.value) await show(first)
  }

  async function show(name: ReviewTier): Promise<void> {
    tier.value = name
    await load()
  }

  function goTo(place: number): void {
    const id = queue.value?.id ?? null
    const last = Math.max(0, count.value - 1)
    index.value = Math.min(Math.max(0, place), last)
    // A place that cannot be kept costs a few keys after the next start, no more.
    if (id !== null) api.triplets.place({ queueId: id, place: index.value }).catch(() => {})
  }

  watch(runId, () => void enter(), { immediate: true })
  onDeactivated(() => (isShown = false))
  onActivated(() => {
    if (isShown) return
    isShown = true
    const what = missed
    missed = 'nothing'
    if (what === 'run') void enter()
    else if (what === 'change') void load()
  })
  async function loadAt(backTo: TripletId | null): Promise<void> {
    await load()
    const place = queue.value?.triplets.findIndex(({ id }) => id === backTo) ?? -1
    if (backTo !== null && place >= 0) goTo(place)
  }
  onScopeDispose(
    api.triplets.onChanged(({ runId: changed, backTo }) => {
      if (changed === null || changed === runId.value) void loadAt(backTo)
    }),
  )
  onScopeDispose(api.labels.onChanged(() => void load()))

  const current = computed(() => queue.value?.triplets[index.value] ?? null)
  const count = computed(() => queue.value?.triplets.length ?? 0)
  const open = computed(() => queue.value?.triplets.filter(isOpen).length ?? 0)

  /** To the next triplet that is open, from the front again after the last. */
  function advance(): void {
    const triplets = queue.value?.triplets ?? []
    for (let step = 1; step <= triplets.length; step++) {
      const place = (index.value + step) % triplets.length
      if (isOpen(triplets[place]!)) return goTo(place)
    }
  }

  async function give(verdict: Verdict): Promise<void> {
    const triplet = current.value
    if (triplet === null) return
    labels.undoState = await api.triplets.give({ tripletId: triplet.id, verdict })
    await load()
    if (current.value?.id === triplet.id) advance()
  }

  return {
    tier,
    queue,
    counts,
    index,
    current,
    count,
    open,
    failure,
    goTo,
    move: (by: number) => goTo(index.value + by),
    show,
    give,
    renew: () => load('renew'),
    reload: () => load(),
  }
}
