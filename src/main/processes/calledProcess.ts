import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { type CallAnswer, valueOfAnswer } from './answerCalls'
import { frameOf } from './frames'
import { awaitProcess, tokenVariable } from './greeting'
import { socketPlace } from './socketPlace'
import type { ProcessRequest, StartProcess } from './startProcess'

/** A process that was lost before it answered. */
export class ProcessLost extends Error {}

/** A process that answers calls one after another, while this thread goes on. */
export interface CalledProcess {
  /**
   * Calls wait their turn; typed arrays go as they are and must not change until the answer.
   * @throws ProcessLost where the process has ended; what the call itself throws
   */
  call(request: unknown): Promise<unknown>
  /** Resolves with how the process ended. */
  readonly ended: Promise<string>
  close(): void
}

/**
 * Starts a program that uses `answerCalls`.
 * @throws ProcessLost where it ended before it was connected
 */
export async function startCalledProcess(options: {
  readonly request: Omit<ProcessRequest, 'arguments'>
  readonly startProcess: StartProcess
  readonly use: 'onnx'
}): Promise<CalledProcess> {
  const { request, startProcess, use } = options
  const place = socketPlace(use)
  const token = randomUUID()
  const waiting: {
    readonly resolve: (value: unknown) => void
    readonly reject: (error: unknown) => void
  }[] = []
  let lost: ProcessLost | null = null
  const lose = (how: string) => {
    lost ??= new ProcessLost(how)
    for (const { reject } of waiting.splice(0)) reject(lost)
  }
  let onListening: () => void
  let onConnected: (socket: Socket) => void
  const listening = new Promise<void>((resolve) => (onListening = resolve))
  const connected = new Promise<Socket>((resolve) => (onConnected = resolve))
  const server = awaitProcess(
    { address: place.address, token },
    {
      listening: () => onListening(),
      connected: (socket) => onConnected(socket),
      answer(value) {
        const call = waiting.shift()
        try {
          call?.resolve(valueOfAnswer(value as CallAnswer))
        } catch (error) {
          call?.reject(error)
        }
      },
      lost: () => lose('its connection was closed'),
    },
  )
  process.once('exit', place.remove)
  const close = () => {
    // With its connection the process ends.
    server.close()
    lose('it was closed')
  }
  try {
    await listening
    const { environment } = request
    const started = startProcess({
      ...request,
      arguments: [place.address],
      environment: { ...environment, [tokenVariable]: token },
    })
    const early = started.ended.then((how) => {
      throw new ProcessLost(how)
    })
    const socket = await Promise.race([connected, early])
    early.catch(() => {})
    return {
      call: (value) =>
        new Promise((resolve, reject) => {
          if (lost !== null) return reject(lost)
          waiting.push({ resolve, reject })
          const { head, arrays } = frameOf(value)
          socket.cork()
          socket.write(head)
          for (const bytes of arrays) if (bytes.length > 0) socket.write(bytes)
          socket.uncork()
        }),
      ended: started.ended,
      close,
    }
  } catch (error) {
    close()
    throw error
  } finally {
    place.remove()
    process.removeListener('exit', place.remove)
  }
}
