import { connect } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError, serializeError } from '../../../shared/errors'
import type { NativeRequest } from './calls'
import { FrameReader, frameOf } from './frames'
import { createNativeCalls } from './nativeCalls'
import { type Greeting, tokenVariable } from './wire'

/**
 * The process that the native TensorFlow library runs in: it answers calls one after another and
 * ends with its connection, so that none is left behind whatever becomes of the program.
 */
const [address] = process.argv.slice(2)
if (address === undefined) throw new Error('This program is started by Semblance.')
const calls = createNativeCalls()
const socket = connect(address)
const reader = new FrameReader((request) => void answer(request as NativeRequest))

// A thread of its own, because this one hears nothing while the library hangs.
new Worker(join(__dirname, 'nativeWatch.js'), { workerData: address }).unref()

// A terminal or a service manager signals the whole group; how a run ends is up to the program.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
socket.on('connect', () => {
  send({ token: process.env[tokenVariable], isWatch: false } satisfies Greeting)
})
socket.on('data', (piece) => reader.push(piece))
socket.on('error', () => process.exit(1))
socket.on('close', () => process.exit(0))

async function answer({ name, input }: NativeRequest): Promise<void> {
  try {
    // The names and inputs are those of `NativeCalls` on both sides.
    const call = calls[name] as (given: unknown) => unknown
    send({ value: await call(input) })
  } catch (error) {
    send({ error: serializeError(error), isExpected: error instanceof AppError })
  }
}

function send(value: unknown): void {
  const { head, arrays } = frameOf(value)
  socket.cork()
  socket.write(head)
  for (const bytes of arrays) if (bytes.length > 0) socket.write(bytes)
  socket.uncork()
}
