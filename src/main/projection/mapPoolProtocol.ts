import {
  type ArenaSize,
  runTask,
  type Lane,
  taskNames,
  type TaskNumbers,
} from '../../core/projection'

/**
 * Words by which the threads of a map are driven, all int32. As with the kernels of training: the
 * calling thread writes a task, opens the gate and wakes the helpers; whoever is awake enters and
 * takes units from a shared counter, the caller too. When none is left the caller shuts the gate and
 * waits only for those inside.
 */
export const poolWords = {
  /** Grows with each task; what helpers sleep on. */
  generation: 0,
  /** `gateOpen` or 0, plus the number of helpers inside. */
  gate: 1,
  next: 2,
  end: 3,
  task: 4,
  /** Units that a thread takes at a time. */
  chunk: 5,
  /** 1 once a helper failed: what it had taken is not done. */
  failed: 6,
  /** Helpers that have had a part in the work. */
  helped: 7,
} as const
export const gateOpen = 1 << 16
/** Bytes before the numbers of a task, and of all. */
const numbersAt = 64
export const controlBytes = 128

export interface MapPoolData {
  readonly size: ArenaSize
  readonly memory: WebAssembly.Memory
  readonly control: SharedArrayBuffer
  /** 1 and up; the calling thread is 0. */
  readonly lane: number
}

export interface PoolControl {
  readonly words: Int32Array
  readonly numbers: Float64Array
}

export const openControl = (buffer: SharedArrayBuffer): PoolControl => ({
  words: new Int32Array(buffer, 0, numbersAt / 4),
  numbers: new Float64Array(buffer, numbersAt, 4),
})

/** Takes units until none is left. */
export function workThroughUnits({ words, numbers }: PoolControl, lane: Lane): void {
  const name = taskNames[words[poolWords.task]!]!
  const end = words[poolWords.end]!
  const chunk = words[poolWords.chunk]!
  const ofTask = [...numbers] as unknown as TaskNumbers
  for (;;) {
    const from = Atomics.add(words, poolWords.next, chunk)
    if (from >= end) return
    runTask(name, lane, from, Math.min(end, from + chunk), ofTask)
  }
}
