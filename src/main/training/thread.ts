import type { Thread } from '../../core/steps'

/** This thread of Node: its clock, and how messages come in between two pieces of work. */
export const thread: Thread = {
  now: () => performance.now(),
  breathe: () => new Promise<void>((resolve) => setImmediate(resolve)),
}
