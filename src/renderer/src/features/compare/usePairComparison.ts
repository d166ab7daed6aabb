import { onUnmounted, ref, shallowRef, watch } from 'vue'
import type { PairComparison } from '../../../../shared/model/comparison'
import type { RunId } from '../../../../shared/model/ids'
import { api } from '../../api/client'
import { errorText } from '../../locales/errorText'

/** Two runs held against each other; asked again when the labels change. */
export function usePairComparison(pair: () => { earlierId: RunId; laterId: RunId } | null) {
  const comparison = shallowRef<PairComparison | null>(null)
  const failure = ref<string | null>(null)
  const busy = ref(false)
  let asked = 0

  async function ask(): Promise<void> {
    const input = pair()
    const mine = ++asked
    failure.value = null
    if (input === null) {
      comparison.value = null
      return
    }
    busy.value = true
    try {
      const answer = await api.comparison.pair(input)
      if (mine === asked) comparison.value = answer
    } catch (error) {
      if (mine !== asked) return
      comparison.value = null
      failure.value = errorText(error).message
    } finally {
      if (mine === asked) busy.value = false
    }
  }
  watch(
    pair,
    (next, before) => {
      const isSame = next?.earlierId === before?.earlierId && next?.laterId === before?.laterId
      if (isSame && before !== undefined) return
      comparison.value = null
      void ask()
    },
    { immediate: true },
  )
  // What is measured again is told when it is quiet.
  onUnmounted(
    api.comparison.onChanged(({ isMeasuring }) => {
      if (!isMeasuring && pair() !== null) void ask()
    }),
  )
  return { comparison, failure, busy }
}
