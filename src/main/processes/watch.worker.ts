import { connect } from 'node:net'
import { workerData } from 'node:worker_threads'
import { frameOf } from './frames'
import { type Greeting, tokenVariable } from './greeting'

/**
 * Ends the process of the library where the program has gone and the library hangs, so that its own
 * thread does not hear of it.
 */
const socket = connect(workerData as string)
/** So long the process has to end by itself. */
const graceMs = 1_000

socket.on('connect', () => {
  const greeting: Greeting = { token: process.env[tokenVariable], isWatch: true }
  socket.write(frameOf(greeting).head)
})
// Whoever waits for this process hears of its end from it.
socket.on('error', () => {})
socket.on('close', () => {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs)
})
