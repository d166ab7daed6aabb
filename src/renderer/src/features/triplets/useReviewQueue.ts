import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { RunId } from '../../../../shared/model/ids'
import {
  reviewLength,
  type ReviewQueue,
  type ReviewTriplet,
  type Verdict,
} from '../../../../shared/model/triplets'
import { api } from '../../api/client'

/**
 * The queue of one run and where the person is in it. Reloads when a verdict, an undo or the
 * training changes it, and keeps the place on the same triplet.
 */
export function useReviewQueue(runId: Ref<RunId | null>) {
  const queue = shallowRef<ReviewQueue | null>(null)
  const index = ref(0)
  const failure = shallowRef<unknown>(null)
  /** Stays as it was when the queue was opened: a verdict must not move the list under the hand. */
  let order: number[] = []

  async function load(keepOrder: boolean): Promise<void> {
    const id = runId.value
    if (id === null) {
      queue.value = null
      return
    }
    try {
      const loaded = await api.triplets.queue({ runId: id, offset: 0, limit: reviewLength })
      if (runId.value !== id) return
      failure.value = null
      const current = queue.value?.triplets[index.value]?.id
      queue.value = keepOrder ? { ...loaded, triplets: inOrder(loaded.triplets) } : loaded
      order = queue.value.triplets.map((triplet) => triplet.id)
      const place = order.indexOf(current ?? -1)
      if (place >= 0) index.value = place
      else index.value = Math.min(index.value, Math.max(0, order.length - 1))
    } catch (error) {
      failure.value = error
    }
  }

  function inOrder(triplets: readonly ReviewTriplet[]): readonly ReviewTriplet[] {
    const rank = new Map(order.map((id, position) => [id, position]))
    const place = (triplet: ReviewTriplet) => rank.get(triplet.id) ?? order.length
    return triplets.toSorted((a, b) => place(a) - place(b))
  }

  watch(
    runId,
    () => {
      index.value = 0
      void load(false)
    },
    { immediate: true },
  )
  onScopeDispose(
    api.triplets.onChanged((change) => {
      if (change.runId === runId.value) void load(true)
    }),
  )
  onScopeDispose(api.labels.onChanged(() => void load(true)))

  const current = computed(() => queue.value?.triplets[index.value] ?? null)
  const count = computed(() => queue.value?.triplets.length ?? 0)
  const open = computed(
    () => queue.value?.triplets.filter((triplet) => triplet.verdict === null).length ?? 0,
  )

  function move(by: number): void {
    index.value = Math.min(Math.max(0, index.value + by), Math.max(0, count.value - 1))
  }

  /** To the next triplet without a verdict, from the front again after the last. */
  function advance(): void {
    const triplets = queue.value?.triplets ?? []
    for (let step = 1; step <= triplets.length; step++) {
      const position = (index.value + step) % triplets.length
      if (triplets[position]?.verdict === null) {
        index.value = position
        return
      }
    }
  }

  async function give(verdict: Verdict): Promise<void> {
    const triplet = current.value
    if (triplet === null) return
    await api.triplets.give({ tripletId: triplet.id, verdict })
    await load(true)
    if (queue.value?.triplets[index.value]?.id === triplet.id) advance()
  }

  return {
    queue,
    index,
    current,
    count,
    open,
    failure,
    move,
    advance,
    give,
    reload: () => load(false),
  }
}
