import type { Lane } from './lane'
import { type Move, moveTask } from './moveTask'
import { descendTask, exactTask, fillTask, growTask, leafTask } from './neighbourTasks'
import { countTask, joinTask, partTask, restoreTask, strengthTask } from './strengthTasks'

/**
 * Work on an arena that falls into units, each of which writes to places of its own and reads none
 * that another of the same task writes: threads may share them in any way. A task has up to four
 * numbers of its own.
 */
type Task = (lane: Lane, from: number, to: number, numbers: TaskNumbers) => void
export type TaskNumbers = readonly [number, number, number, number]

const plain =
  (task: (lane: Lane, from: number, to: number, number: number) => void): Task =>
  (lane, from, to, [number]) =>
    task(lane, from, to, number)

const tasks = {
  exact: plain(exactTask),
  grow: plain(growTask),
  leaf: plain(leafTask),
  fill: plain(fillTask),
  descend: plain(descendTask),
  strength: plain(strengthTask),
  count: plain(countTask),
  join: plain(joinTask),
  part: plain(partTask),
  restore: plain(restoreTask),
  move: (lane, from, to, [epoch, phase, rate, seed]) =>
    moveTask(lane, from, to, { epoch, phase, rate, seed }),
} satisfies Record<string, Task>

export type TaskName = keyof typeof tasks
export const taskNames = Object.keys(tasks) as readonly TaskName[]

export function runTask(
  name: TaskName,
  lane: Lane,
  from: number,
  to: number,
  numbers: TaskNumbers,
): void {
  tasks[name](lane, from, to, numbers)
}

export const numbersOfMove = ({ epoch, phase, rate, seed }: Move): TaskNumbers => [
  epoch,
  phase,
  rate,
  seed,
]

/** Threads over one arena. */
export interface Workforce {
  /** Runs a task over the units `from` up to `to` and returns when all are done. */
  run(name: TaskName, from: number, to: number, numbers?: TaskNumbers): void
}

/** The calling thread alone. */
export function loneWorkforce(lane: Lane): Workforce {
  return {
    run: (name, from, to, numbers = [0, 0, 0, 0]) => runTask(name, lane, from, to, numbers),
  }
}
