import { onScopeDispose, shallowRef, watch } from 'vue'

/** Waits for a pause in typing and importing before it asks again. */
const settleMs = 200

/**
 * What main says of the present choices, kept up to date; `failure` holds why it says nothing.
 * One question is under way at a time: an answer about very many images takes main a while and
 * memory, and whatever changes meanwhile is asked for once that has come.
 *
 * @param basis whatever calls for a new answer where one of these is another value or object
 * @param ask null: there is nothing to ask
 */
export function useSettledAnswer<Answer>(
  basis: () => readonly unknown[],
  ask: () => Promise<Answer> | null,
) {
  const answer = shallowRef<Answer | null>(null)
  const failure = shallowRef<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsking = false
  let isOutdated = false
  let isDisposed = false

  async function load(): Promise<void> {
    if (isAsking) {
      isOutdated = true
      return
    }
    isAsking = true
    let made: Answer | null
    let failed: unknown
    do {
      isOutdated = false
      made = null
      failed = null
      try {
        made = await ask()
      } catch (error) {
        failed = error
      }
    } while (isOutdated && !isDisposed)
    isAsking = false
    failure.value = failed
    answer.value = made
  }

  watch(basis, (now, before) => {
    // What is read to get at a value changes ten times a second while a run is on.
    if (now.every((value, i) => Object.is(value, before[i]))) return
    clearTimeout(timer)
    timer = setTimeout(() => void load(), settleMs)
  })
  void load()
  onScopeDispose(() => {
    isDisposed = true
    clearTimeout(timer)
  })

  return { answer, failure }
}
