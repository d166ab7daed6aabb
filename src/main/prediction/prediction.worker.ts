import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../../shared/errors'
import { answerQuestion } from './answerQuestion'
import type { AskedPredictor, PredictorJob, PredictorMessage } from './messages'

const port = parentPort
if (port === null) throw new Error('This file is a worker.')
const answer = answerQuestion(workerData as PredictorJob)
let last: Promise<unknown> = Promise.resolve()
port.on('message', ({ id, question }: AskedPredictor) => {
  const post = (message: PredictorMessage): void => port.postMessage(message)
  last = last.then(async () => {
    try {
      post({ id, value: await answer(question) })
    } catch (error) {
      post({ id, error: serializeError(error) })
    }
  })
})
