import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../../shared/errors'
import { comparePair } from './comparePair'
import { compareRuns } from './compareRuns'
import { compareSweeps } from './compareSweeps'
import {
  type ComparisonCommand,
  type ComparisonJob,
  type ComparisonMessage,
  type PairJob,
  type PairMessage,
  runsOf,
} from './messages'

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

const job = workerData as ComparisonJob | PairJob
void ('kind' in job ? answerPair(job) : compare(job)).finally(() => port.close())

/** Cancelling is terminating this thread. */
async function answerPair(pair: PairJob): Promise<void> {
  const message: PairMessage = await comparePair(pair).then(
    (answer) => ({ kind: 'pair', pair: answer }),
    (error: unknown) => ({ kind: 'pairFailed', error: serializeError(error) }),
  )
  port!.postMessage(message)
}

async function compare(job: ComparisonJob): Promise<void> {
  await compareRuns(job, post, askIfCancelled)
  if (!(await askIfCancelled())) await compareSweeps(job, post, askIfCancelled)
  const total = runsOf(job)
  post({ kind: 'progress', done: total, total })
}
