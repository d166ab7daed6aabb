import type { Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { awaitProcess } from '../../processes/greeting'
import { type RelayAnswer, type RelayData, type RelayEvent, stateWords } from './wire'

/**
 * The thread between one that calls, and sleeps until it has its answer, and the process that
 * answers: a thread that sleeps hears no socket.
 */
const { address, token, state, port } = workerData as RelayData
const tell = (event: RelayEvent) => parentPort?.postMessage(event)
let socket: Socket | null = null

awaitProcess(
  { address, token },
  {
    listening: () => tell({ kind: 'listening' }),
    connected(connection) {
      socket = connection
      tell({ kind: 'connected' })
    },
    answer: (value) => answer(value as RelayAnswer),
    lost: lose,
  },
)

port.on('message', (piece: Uint8Array) => {
  if (socket === null || socket.destroyed) return lose()
  socket.write(piece, () => {
    Atomics.sub(state, stateWords.piecesOnTheWay, 1)
    Atomics.notify(state, stateWords.piecesOnTheWay)
  })
})

function answer(message: RelayAnswer): void {
  port.postMessage(message, buffersOf(message))
  Atomics.add(state, stateWords.answers, 1)
  Atomics.notify(state, stateWords.answers)
}

/** Wakes the caller wherever it waits. */
function lose(): void {
  answer({ lost: true })
  Atomics.store(state, stateWords.piecesOnTheWay, -(2 ** 30))
  Atomics.notify(state, stateWords.piecesOnTheWay)
}

/** The numbers of an answer change hands without a copy. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(buffersOf)
}
