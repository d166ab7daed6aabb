import { join } from 'node:path'
import type { BackendChoice } from '../../src/main/backend/backend'

export const projectFolder = process.cwd()
export const workersFolder = join(projectFolder, 'out', 'main', 'workers')

export interface Timing {
  readonly bestMs: number
  readonly medianMs: number
  /** Processor time of the best round, all threads: what other processes disturb less. */
  readonly cpuMs: number
}

/** Times of `run`, after one call to warm up. */
export function time(run: () => void, rounds: number): Timing {
  run()
  const walls: number[] = []
  const processor: number[] = []
  for (let round = 0; round < rounds; round++) {
    const usage = process.cpuUsage()
    const start = performance.now()
    run()
    walls.push(performance.now() - start)
    const { user, system } = process.cpuUsage(usage)
    processor.push((user + system) / 1000)
  }
  walls.sort((a, b) => a - b)
  return {
    bestMs: walls[0]!,
    medianMs: walls[walls.length >> 1]!,
    cpuMs: Math.min(...processor),
  }
}

/** The backends to measure: those named with commas, or all but plain JavaScript. */
export function chosenBackends(names: string | undefined): BackendChoice[] {
  return (names ?? 'tensorflow,wasm').split(',') as BackendChoice[]
}
