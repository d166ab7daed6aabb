import { createServer, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { FrameReader } from './frames'
import {
  type Greeting,
  type RelayAnswer,
  type RelayData,
  type RelayEvent,
  stateWords,
} from './wire'

/**
 * The thread between one that calls, and sleeps until it has its answer, and the process that
 * answers: a thread that sleeps hears no socket.
 */
const { address, token, state, port } = workerData as RelayData
const tell = (event: RelayEvent) => parentPort?.postMessage(event)
let socket: Socket | null = null
/** Ends with this thread, which the process hears also where its library hangs. */
let watch: Socket | null = null

const server = createServer((connection) => {
  const reader = new FrameReader((value) => {
    if (connection === socket) return answer(value as RelayAnswer)
    const greeting = value as Greeting
    if (greeting.token !== token) return connection.destroy()
    if (greeting.isWatch) watch ??= connection
    else socket ??= connection
    if (socket === null || watch === null) return
    server.close()
    tell({ kind: 'connected' })
  })
  connection.on('data', (piece) => {
    try {
      reader.push(piece)
    } catch {
      connection.destroy()
    }
  })
  // What went wrong is told by the end of the process.
  connection.on('error', () => {})
  connection.on('close', () => {
    if (connection === socket) lose()
  })
})
server.listen(address, () => tell({ kind: 'listening' }))

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
