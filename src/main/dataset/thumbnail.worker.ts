import { parentPort, workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { readPicture } from './readPicture'
import type { ThumbnailCommand, ThumbnailMessage, ThumbnailWorkerData } from './thumbnailProtocol'

const port = parentPort
if (port === null) throw new Error('The thumbnail worker must be started as a worker thread.')
const { thumbnailsFolder } = workerData as ThumbnailWorkerData

// Pictures run beside each other, so one picture needs one thread; no picture is read twice.
sharp.concurrency(1)
sharp.cache(false)

port.on('message', ({ batch, files }: ThumbnailCommand) => {
  void Promise.all(files.map((file) => readPicture(file, thumbnailsFolder))).then((results) =>
    port.postMessage({ batch, results } satisfies ThumbnailMessage),
  )
})
