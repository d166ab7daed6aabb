import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** Lets all else on this machine go first: lowers the priority of this process and its threads. */
export function giveWay(): void {
  const priority = constants.priority.PRIORITY_BELOW_NORMAL
  setPriority(priority)
  if (process.platform !== 'linux') return
  // There each thread has its own, and begins with that of the thread that starts it.
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      setPriority(Number(thread), priority)
    } catch {
      // It has ended meanwhile.
    }
  }
}
