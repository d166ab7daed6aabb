import { connect } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError, type SerializedError, serializeError } from '../../shared/errors'
import { FrameReader, frameOf } from './frames'
import { type Greeting, tokenVariable } from './greeting'

/** What a call of a process gives. */
export type CallAnswer =
  | { readonly value: unknown }
  /** `isExpected`: it was an AppError. */
  | { readonly error: SerializedError; readonly isExpected: boolean }

/**
 * In a process of ours that holds a library: answers calls one after another, and ends with its
 * connection, so that none is left behind whatever becomes of the program.
 * @param folder of the built workers
 */
export function answerCalls(folder: string, answer: (request: unknown) => unknown): void {
  const [address] = process.argv.slice(2)
  if (address === undefined) throw new Error('This program is started by Semblance.')
  const socket = connect(address)
  const send = (value: unknown): void => {
    const { head, arrays } = frameOf(value)
    socket.cork()
    socket.write(head)
    for (const bytes of arrays) if (bytes.length > 0) socket.write(bytes)
    socket.uncork()
  }
  const answered = async (request: unknown): Promise<CallAnswer> => {
    try {
      return { value: await answer(request) }
    } catch (error) {
      return { error: serializeError(error), isExpected: error instanceof AppError }
    }
  }
  let last: Promise<void> = Promise.resolve()
  const reader = new FrameReader((request) => {
    last = last.then(async () => send(await answered(request)))
  })

  // A thread of its own, because this one hears nothing while the library hangs.
  new Worker(join(folder, 'processWatch.js'), { workerData: address }).unref()

  // A terminal or a service manager signals the whole group; how a run ends is up to the program.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  socket.on('connect', () => {
    send({ token: process.env[tokenVariable], isWatch: false } satisfies Greeting)
  })
  socket.on('data', (piece) => reader.push(piece))
  socket.on('error', () => process.exit(1))
  socket.on('close', () => process.exit(0))
}

/**
 * The value of an answer.
 * @throws AppError as the process threw it, else Error
 */
export function valueOfAnswer(answer: CallAnswer): unknown {
  if (!('error' in answer)) return answer.value
  throw answer.isExpected ? AppError.from(answer.error) : new Error(answer.error.message)
}
