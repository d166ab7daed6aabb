import sharp from 'sharp'
import { giveWay } from '../processes/giveWay'
import { processPort } from '../processes/processPort'
import { readPicture } from './readPicture'
import { givesWay, type ThumbnailCommand, type ThumbnailMessage } from './thumbnailProtocol'

/** A process that reads pictures: what a decoder does to it harms no other. */
const [thumbnailsFolder, manner] = process.argv.slice(2)
if (thumbnailsFolder === undefined) throw new Error('This program is started by Semblance.')

if (manner === givesWay) giveWay()

// Pictures run beside each other, so one picture needs one thread; no picture is read twice.
sharp.concurrency(1)
sharp.cache(false)

// A terminal or a service manager signals the whole group; how an import ends is up to the program.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const port = processPort<ThumbnailCommand, ThumbnailMessage>()
port.onMessage(({ batch, files }) => {
  void Promise.all(files.map((file) => readPicture(file, thumbnailsFolder))).then((results) =>
    port.post({ batch, results }),
  )
})
