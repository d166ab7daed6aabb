import { readdirSync, readFileSync } from 'node:fs'

/** A process and all that it started. */
function processesOf(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const parent = Number(
        readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]!.split(' ')[1],
      )
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // It has ended meanwhile.
    }
  }
  const all = [root]
  for (let i = 0; i < all.length; i++) all.push(...(children.get(all[i]!) ?? []))
  return all
}

/** Resident memory of all of them (proportional set size: what they share counts once). */
export function memoryMiB(root: number): number {
  let kilobytes = 0
  for (const id of processesOf(root)) {
    try {
      const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0)
    } catch {
      // It has ended meanwhile.
    }
  }
  return Math.round(kilobytes / 1024)
}

/** Clock ticks of /proc a second. */
const ticks = 100

/** Processor time of all of them, and of those that have ended and were waited for. */
export function processorSeconds(root: number): number {
  let spent = 0
  for (const id of processesOf(root)) {
    try {
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]!.split(' ')
      for (const at of [11, 12, 13, 14]) spent += Number(fields[at])
    } catch {
      // It has ended meanwhile.
    }
  }
  return spent / ticks
}
