import { parentPort, workerData } from 'node:worker_threads'
import { compareRuns } from './compareRuns'
import type { ComparisonCommand, ComparisonJob, ComparisonMessage } from './messages'

const port = parentPort
if (port === null) throw new Error('This file is a worker.')
let isCancelled = false
port.on('message', ({ kind }: ComparisonCommand) => {
  if (kind === 'cancel') isCancelled = true
})
const post = (message: ComparisonMessage): void => port.postMessage(message)

/** Lets a message in before it answers. */
const askIfCancelled = async (): Promise<boolean> => {
  await new Promise((resolve) => setImmediate(resolve))
  return isCancelled
}

void compareRuns(workerData as ComparisonJob, post, askIfCancelled).finally(() => port.close())
