import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { errorText } from '../locales/errorText'

/** What people do that can fail. */
export type ToastSubject = 'dataset' | 'training' | 'labels' | 'verdict' | 'export' | 'settings'

export interface Toast {
  readonly id: number
  readonly message: string
  readonly tone: 'quiet' | 'error'
  /** What the error said in its own words, to be copied. */
  readonly details?: string | undefined
  /** What failed: the next success of the same takes the error away. */
  readonly about?: ToastSubject | undefined
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
}

const quietMs = 6000
const errorMs = 15_000

/** Short notes above the status bar: what was done, with its undo, or what failed. */
export const useToastStore = defineStore('toasts', () => {
  const toasts = shallowRef<readonly Toast[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let lastId = 0

  function dismiss(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  function show(toast: Omit<Toast, 'id'>): number {
    const id = ++lastId
    // Three at most: the newest say what matters.
    for (const old of toasts.value.slice(0, Math.max(0, toasts.value.length - 2))) dismiss(old.id)
    toasts.value = [...toasts.value, { ...toast, id }]
    timers.set(
      id,
      setTimeout(() => dismiss(id), toast.tone === 'error' ? errorMs : quietMs),
    )
    return id
  }

  const say = (message: string, action?: Toast['action']): number =>
    show({ message, tone: 'quiet', action })

  function fail(error: unknown, about?: ToastSubject): void {
    const { message, details } = errorText(error)
    show({ message, details, tone: 'error', about })
  }

  /** Something went well: what was said of its failure no longer holds. */
  function succeed(about: ToastSubject): void {
    for (const toast of toasts.value) {
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
