import { parentPort, workerData } from 'node:worker_threads'
import { processPort } from './processPort'

/** What the code of a worker speaks through, wherever it runs. */
export interface WorkerPort {
  on<Message>(event: 'message', listener: (message: Message) => void): void
  postMessage(message: unknown): void
  /** Nothing more is heard; what was posted still arrives. */
  close(): void
}

/**
 * The way to whoever started this code: as a thread, or as a process that hears messages, to which
 * what a thread is started with comes as the first.
 */
export async function openWorkerPort<Start>(): Promise<{
  readonly start: Start
  readonly port: WorkerPort
}> {
  if (parentPort !== null) return { start: workerData as Start, port: parentPort }
  const { onMessage, post, close } = processPort<unknown, unknown>()
  const listeners: ((message: unknown) => void)[] = []
  const start = await new Promise<Start>((resolve) => {
    let isFirst = true
    onMessage((message) => {
      if (isFirst) resolve(message as Start)
      else for (const listener of listeners) listener(message)
      isFirst = false
    })
  })
  return {
    start,
    port: {
      on: (_, listener) => void listeners.push(listener as (message: unknown) => void),
      postMessage: post,
      close,
    },
  }
}
