import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BatchRequest, PictureBatch } from './decodeBatch'
import type { DecodingAnswer, DecodingCommand } from './decodingMessages'

/** A thread that decodes pictures. */
export interface DecodingThread {
  /** @throws where the thread has ended */
  decode(request: BatchRequest): Promise<PictureBatch>
  /** It ends after the pictures that it is at. */
  close(): void
}

/** Null where the worker is not built. */
export function startDecodingThread(workersFolder: string): DecodingThread | null {
  const file = join(workersFolder, 'decoding.js')
  if (!existsSync(file)) return null
  const waiting = new Map<
    number,
    {
      readonly resolve: (batch: PictureBatch) => void
      readonly reject: (error: Error) => void
    }
  >()
  const worker = new Worker(file, { name: 'pictures' })
  const post = (command: DecodingCommand) => worker.postMessage(command)
  let ids = 0
  let ended: Error | null = null
  const end = (error: Error) => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('message', ({ id, batch }: DecodingAnswer) => {
    waiting.get(id)?.resolve(batch)
    waiting.delete(id)
  })
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the thread that decodes pictures has ended')))
  return {
    decode: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== null) return reject(ended)
        const id = ++ids
        waiting.set(id, { resolve, reject })
        post({ kind: 'decode', id, request })
      }),
    close: () => post({ kind: 'close' }),
  }
}
