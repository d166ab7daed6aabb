import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Arena, openLane, taskNames, type Workforce } from '../../core/projection'
import { threadLimit } from '../backend/threads'
import {
  controlBytes,
  gateOpen,
  type MapPoolData,
  openControl,
  poolWords,
  workThroughUnits,
} from './mapPoolProtocol'

/** Beyond so many threads waiting for the last one costs what another brings. */
const mostThreads = 16
/** Maps of fewer images are made before threads have started. */
const fewRows = 2000
/** Parts of a task for each thread: more than one, as one may be held up. */
const partsAThread = 4

/** Threads that a map of so many images is worth. */
export function threadsForMap(rows: number): number {
  if (rows < fewRows) return 1
  return Math.max(1, Math.min(mostThreads, threadLimit() ?? availableParallelism()))
}

interface MapPool extends Workforce {
  /** Resolves when every helper is there or has failed. */
  readonly started: Promise<unknown>
  /** Helpers that have had a part in the work. */
  helpers(): number
  close(): void
}

/**
 * Starts threads over an arena and goes on at once: they help as soon as they are there, and one
 * that does not start is not waited for. They end with the thread that started them.
 */
export function startMapPool(arena: Arena, workersFolder: string): MapPool {
  const file = join(workersFolder, 'mapPool.js')
  const buffer = new SharedArrayBuffer(controlBytes)
  const control = openControl(buffer)
  const { words, numbers } = control
  const lane = openLane(arena, 0)
  const threads = existsSync(file) ? arena.size.lanes : 1
  const helpers = Array.from({ length: threads - 1 }, (_, index) => {
    const data: MapPoolData = {
      size: arena.size,
      memory: arena.memory,
      control: buffer,
      lane: index + 1,
    }
    const helper = new Worker(file, { workerData: data, name: `map ${index + 1}` })
    // It sleeps in native code and must not keep the process alive; without it the map is slower.
    helper.unref()
    helper.on('error', () => {})
    return helper
  })
  const started = Promise.all(
    helpers.map(
      (helper) =>
        new Promise<void>((resolve) => {
          helper.once('message', () => resolve())
          helper.once('exit', () => resolve())
        }),
    ),
  )
  return {
    started,
    helpers: () => Atomics.load(words, poolWords.helped),
    run(name, from, to, ofTask = [0, 0, 0, 0]) {
      words[poolWords.task] = taskNames.indexOf(name)
      words[poolWords.end] = to
      words[poolWords.chunk] = Math.max(1, Math.ceil((to - from) / (threads * partsAThread)))
      numbers.set(ofTask)
      Atomics.store(words, poolWords.next, from)
      if (threads > 1 && to - from > 1) {
        Atomics.store(words, poolWords.gate, gateOpen)
        Atomics.add(words, poolWords.generation, 1)
        Atomics.notify(words, poolWords.generation)
      }
      workThroughUnits(control, lane)
      // Lets nobody in any more and waits for those inside.
      Atomics.and(words, poolWords.gate, ~gateOpen)
      for (;;) {
        const inside = Atomics.load(words, poolWords.gate)
        if (inside === 0) break
        Atomics.wait(words, poolWords.gate, inside)
      }
      if (Atomics.load(words, poolWords.failed) !== 0) {
        throw new Error('A thread of the map failed')
      }
    },
    close() {
      for (const helper of helpers) void helper.terminate()
    },
  }
}
