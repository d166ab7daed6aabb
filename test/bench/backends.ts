import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '../../src/main/backend/backend'
import type { BackendChoice } from '../../src/shared/model/training'

export const projectFolder = process.cwd()
export const workersFolder = join(projectFolder, 'out', 'main', 'workers')

export interface Timing {
  readonly bestMs: number
  readonly medianMs: number
  /** Processor time of the best round, all threads: what other processes disturb less. */
  readonly cpuMs: number
}

/** Processor time, absent where a backend has a process of its own whose time this one is not told. */
export const ofThisProcess = (backend: Backend, cpu: number): number | undefined =>
  backend.ended === undefined ? cpu : undefined

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
function chosenBackends(names: string | undefined): BackendChoice[] {
  return (names ?? 'tensorflow,wasm').split(',') as BackendChoice[]
}

/** What the figures were taken on. */
function machine() {
  return { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version }
}

/** Prints rows as a table, or with all figures as one JSON object. */
export function printRows(bench: string, rows: readonly object[], asJson: boolean): void {
  if (asJson) process.stdout.write(`${JSON.stringify({ bench, machine: machine(), rows })}\n`)
  else console.table(rows)
}

/** Measures one backend after the other; one that does not run is a row with the reason. */
export async function measureBackends(
  bench: string,
  options: { readonly backends?: string | undefined; readonly json: boolean },
  measure: (name: BackendChoice) => Promise<object>,
): Promise<void> {
  const rows: object[] = []
  for (const name of chosenBackends(options.backends)) {
    try {
      rows.push(await measure(name))
    } catch (error) {
      rows.push({ backend: name, failed: error instanceof Error ? error.message : String(error) })
    }
  }
  printRows(bench, rows, options.json)
}
