import { errnoOf } from '../../shared/errors'
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { LeftOutReason } from '../../shared/model/dataset'
import type { PictureNote } from '../../shared/model/importReport'
import { atomicWrite } from '../files/atomicWrite'
import { thumbnailName } from '../workspace'
import { maximumBytes, openPicture, TooLargeError } from './openPicture'
import { colorGrid, perceptualHash } from './perceptualHash'
import { contrastOf, leastContrast } from './rawPixels'
import { hasImageExtension, type ImageFormat, sniff, sniffBytes } from './sniff'
import { encodeThumbnail, thumbnailPixels } from './thumbnailPicture'
import type { FileResult } from './thumbnailProtocol'
import { isWholeThumbnail } from './wholeThumbnail'

/** A file that is left out of the import, and why. */
class LeftOut extends Error {
  constructor(
    readonly reason: LeftOutReason,
    detail: string,
  ) {
    super(detail)
  }
}

/**
 * Reads one file: recognises it by its contents, hashes it, and writes its thumbnail (256 px WebP,
 * upright, sRGB, see `openPicture`) into the cache unless one of these contents is there. A bad file is a
 * result, never a throw.
 */
export async function readPicture(file: string, thumbnailsFolder: string): Promise<FileResult> {
  try {
    const contents = readContents(file)
    if (contents === null) return { kind: 'notImage' }
    const { bytes, format } = contents
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const opened = await openPicture(bytes, format)
    const { widthPx, heightPx } = opened
    const seen = await thumbnailPixels(opened)
    const { data, channels } = seen
    const looks = [data, seen.widthPx, seen.heightPx, channels] as const
    const hash = `${perceptualHash(...looks)}${colorGrid(...looks)}`
    const notes: readonly PictureNote[] =
      contrastOf(seen) < leastContrast ? [...opened.notes, 'blank'] : opened.notes
    const failure = await writeThumbnail(join(thumbnailsFolder, thumbnailName(sha256)), () =>
      encodeThumbnail(seen),
    )
    if (failure !== null) return failure
    return { kind: 'image', sha256, perceptualHash: hash, widthPx, heightPx, format, notes }
  } catch (error) {
    return leftOutOf(error)
  }
}

/** The whole file, or null where it is no picture and not named like one. */
function readContents(file: string): { bytes: Buffer; format: ImageFormat } | null {
  // Opened without waiting: a pipe that took the file's place blocks nothing.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) throw new LeftOut('unreadable', 'It is no ordinary file any more.')
    const { size } = status
    const isNamedImage = hasImageExtension(basename(file))
    if (size === 0) {
      if (isNamedImage) throw new LeftOut('empty', 'The file has no contents (0 bytes).')
      return null
    }
    const head = Buffer.alloc(Math.min(size, sniffBytes))
    fill(descriptor, head, 0)
    const sniffed = sniff(head)
    if (sniffed.kind === 'unsupported') {
      if (sniffed.name === 'icon' && !isNamedImage) return null
      throw new LeftOut(
        'unsupported',
        `${sniffed.name} pictures are not imported; save it as PNG or JPEG.`,
      )
    }
    if (sniffed.kind === 'unknown') {
      if (!isNamedImage) return null
      throw new LeftOut('corrupt', 'The name says picture, but the contents are not one.')
    }
    if (size > maximumBytes) {
      throw new LeftOut('tooLarge', `${Math.round(size / 1e6)} MB; at most 1,000 MB are read.`)
    }
    const bytes = Buffer.allocUnsafe(size)
    head.copy(bytes)
    fill(descriptor, bytes, head.length)
    return { bytes, format: sniffed.format }
  } finally {
    closeSync(descriptor)
  }
}

function fill(descriptor: number, buffer: Buffer, from: number): void {
  let at = from
  while (at < buffer.length) {
    const count = readSync(descriptor, buffer, at, buffer.length - at, at)
    if (count === 0) throw new LeftOut('unreadable', 'The file became shorter while it was read.')
    at += count
  }
}

async function writeThumbnail(
  file: string,
  encode: () => Promise<Buffer>,
): Promise<FileResult | null> {
  if (isWholeThumbnail(file)) return null
  const webp = await encode()
  // A thumbnail that a power cut broke is made again by the next rescan.
  const write = () => atomicWrite(file, webp, { isDurable: false })
  try {
    await write().catch(async (error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error
      await mkdir(dirname(file), { recursive: true })
      await write()
    })
    return null
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    return { kind: 'failed', errno: code, detail: message }
  }
}

function leftOutOf(error: unknown): FileResult {
  if (error instanceof LeftOut) {
    return { kind: 'leftOut', reason: error.reason, detail: error.message }
  }
  const { code, message } = error as NodeJS.ErrnoException
  const detail = (message.split('\n')[0] ?? '').slice(0, 300)
  if (error instanceof TooLargeError) return { kind: 'leftOut', reason: 'tooLarge', detail }
  if (code !== undefined && /^E[A-Z]+$/.test(code)) {
    return { kind: 'leftOut', reason: 'unreadable', detail: withoutPath(detail) }
  }
  if (/unsupported|not supported|no decod/i.test(message)) {
    return { kind: 'leftOut', reason: 'unsupported', detail }
  }
  return { kind: 'leftOut', reason: 'corrupt', detail }
}

/** "EACCES: permission denied, open '/a/b'" -> "permission denied": the report names the file. */
const withoutPath = (message: string): string =>
  message.replace(/^E[A-Z]+: /, '').replace(/, \w+( '[^]*')?$/, '')
