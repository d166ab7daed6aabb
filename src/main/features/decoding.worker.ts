import { parentPort } from 'node:worker_threads'
import { decodeBatch } from './decodeBatch'
import type { DecodingAnswer, DecodingCommand } from './decodingMessages'

/** Decodes pictures for a thread that a network keeps busy. */
const port = parentPort
if (port === null) throw new Error('This file is a worker.')

const closing = new AbortController()
port.on('message', (command: DecodingCommand) => {
  if (command.kind === 'close') {
    closing.abort()
    return port.close()
  }
  const { id, request } = command
  void decodeBatch(request, closing.signal).then(
    (batch) => port.postMessage({ id, batch } satisfies DecodingAnswer, [batch.pixels.buffer]),
    () => {
      // Closed: nobody waits for it.
    },
  )
})
