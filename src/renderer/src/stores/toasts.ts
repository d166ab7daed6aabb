import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { errorText } from '../locales/errorText'

/** What people do that can fail. */
export type ToastSubject =
  'dataset' | 'training' | 'labels' | 'verdict' | 'predict' | 'export' | 'settings'

/** Words that follow the window's language for as long as they stand there. */
export type Words = () => string

export interface ToastAction {
  readonly label: Words
  readonly run: () => void
}

interface Said {
  readonly id: number
  readonly message: Words
  readonly tone: 'quiet' | 'error'
  /** What the error said in its own words, to be copied. */
  readonly details?: string | undefined
  /** What failed: the next success of the same takes the error away. */
  readonly about?: ToastSubject | undefined
  readonly action?: ToastAction | undefined
}

/** A note as it stands there now. */
export interface Toast extends Omit<Said, 'message' | 'action'> {
  readonly message: string
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

const quietMs = 6000
const errorMs = 15_000

/** Short notes above the status bar: what was done, with its undo, or what failed. */
export const useToastStore = defineStore('toasts', () => {
  const said = shallowRef<readonly Said[]>([])
  const toasts = computed<readonly Toast[]>(() =>
    said.value.map(({ message, action, ...rest }) => ({
      ...rest,
      message: message(),
      ...(action === undefined ? {} : { action: { label: action.label(), run: action.run } }),
    })),
  )
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let lastId = 0

  function dismiss(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    said.value = said.value.filter((toast) => toast.id !== id)
  }

  function show(toast: Omit<Said, 'id'>): number {
    const id = ++lastId
    // Three at most: the newest say what matters.
    for (const old of said.value.slice(0, Math.max(0, said.value.length - 2))) dismiss(old.id)
    said.value = [...said.value, { ...toast, id }]
    timers.set(
      id,
      setTimeout(() => dismiss(id), toast.tone === 'error' ? errorMs : quietMs),
    )
    return id
  }

  const say = (message: Words, action?: ToastAction): number =>
    show({ message, tone: 'quiet', action })

  function fail(error: unknown, about?: ToastSubject): void {
    const { details } = errorText(error)
    show({ message: () => errorText(error).message, details, tone: 'error', about })
  }

  /** Something went well: what was said of its failure no longer holds. */
  function succeed(about: ToastSubject): void {
    for (const toast of said.value) {
      if (toast.tone === 'error' && toast.about === about) dismiss(toast.id)
    }
  }

  /**
   * Runs something that can fail; the failure is shown, and undefined is the answer. A success
   * takes away what was said of an earlier failure `about` the same.
   */
  async function guard<T>(work: () => Promise<T>, about?: ToastSubject): Promise<T | undefined> {
    try {
      const done = await work()
      if (about !== undefined) succeed(about)
      return done
    } catch (error) {
      fail(error, about)
      return undefined
    }
  }

  return { toasts, show, say, fail, succeed, guard, dismiss }
})
