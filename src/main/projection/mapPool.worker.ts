import { parentPort, workerData } from 'node:worker_threads'
import { openArena, openLane } from '../../core/projection'
import {
  gateOpen,
  type MapPoolData,
  openControl,
  poolWords,
  workThroughUnits,
} from './mapPoolProtocol'

const { size, memory, control: buffer, lane: index } = workerData as MapPoolData
const lane = openLane(openArena(size, memory), index)
const control = openControl(buffer)
const { words } = control

/** True once this thread is inside and must be waited for. */
function enter(): boolean {
  for (;;) {
    const gate = Atomics.load(words, poolWords.gate)
    if ((gate & gateOpen) === 0) return false
    if (Atomics.compareExchange(words, poolWords.gate, gate, gate + 1) === gate) return true
  }
}

function leave(): void {
  Atomics.sub(words, poolWords.gate, 1)
  Atomics.notify(words, poolWords.gate)
}

let hasHelped = false
let seen = Atomics.load(words, poolWords.generation)
parentPort?.postMessage('ready')
// The thread that started this one ends it.
for (;;) {
  Atomics.wait(words, poolWords.generation, seen)
  seen = Atomics.load(words, poolWords.generation)
  if (!enter()) continue
  if (!hasHelped) Atomics.add(words, poolWords.helped, 1)
  hasHelped = true
  try {
    workThroughUnits(control, lane)
  } catch (error) {
    Atomics.store(words, poolWords.failed, 1)
    throw error
  } finally {
    leave()
  }
}
