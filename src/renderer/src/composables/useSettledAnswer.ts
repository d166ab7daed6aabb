import { onScopeDispose, shallowRef, watch } from 'vue'

/** Waits for a pause in typing and importing before it asks again. */
const settleMs = 200

/**
 * What main says of the present choices, kept up to date; `failure` holds why it says nothing.
 *
 * @param basis anything whose change calls for a new answer
 * @param ask null: there is nothing to ask
 */
export function useSettledAnswer<Answer>(basis: () => unknown, ask: () => Promise<Answer> | null) {
  const answer = shallowRef<Answer | null>(null)
  const failure = shallowRef<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function load(): Promise<void> {
    const mine = ++asked
    let made: Answer | null = null
    let failed: unknown = null
    try {
      made = await ask()
    } catch (error) {
      failed = error
    }
    // Another question was asked in between.
    if (mine !== asked) return
    failure.value = failed
    answer.value = made
  }

  watch(
    basis,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void load(), settleMs)
    },
    { deep: true },
  )
  void load()
  onScopeDispose(() => clearTimeout(timer))

  return { answer, failure }
}
