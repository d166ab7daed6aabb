import { constants } from 'node:fs'
import { open, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { formerThumbnailFile, thumbnailFile, type Workspace } from '../workspace'
import { isInside, resolvePicture } from './resolve'

/** Longest side of a picture that fills a view; it arrives as WebP of at most this. */
export const fullPicturePx = 2048
const maximumBytes = 512 * 1024 * 1024

/** What is known of an image that the window names by its ids. */
export interface PictureRecord {
  /** Absolute path of the dataset's folder. */
  readonly folder: string
  /** Below the folder, `/` between parts. */
  readonly relativePath: string
  readonly sha256: string
}

export interface PictureReaderOptions {
  readonly workspace: Pick<Workspace, 'cacheFolder'>
  /** The image of these ids, or null. */
  find(datasetId: number, imageId: number): Promise<PictureRecord | null>
  /** Decodes the bytes of any supported format, upright, at most `maximumPx` a side, as WebP. */
  convert(bytes: Buffer, maximumPx: number): Promise<Uint8Array>
  /** Decodes them upright and pixel by pixel, as PNG. */
  convertOriginal(bytes: Buffer): Promise<Uint8Array>
}

/**
 * Reads what an `image://` address means: WebP, or PNG of an original; null for absent and
 * forbidden alike, so that an answer tells nothing about files. Originals are read one after the
 * other: several at once would take gigabytes.
 */
export function createPictureReader(
  options: PictureReaderOptions,
): (address: string) => Promise<Uint8Array | null> {
  let lastOriginal: Promise<unknown> = Promise.resolve()
  const readInTurn = (record: PictureRecord): Promise<Uint8Array | null> => {
    const mine = lastOriginal.then(async () => {
      const bytes = await readOriginal(record)
      return bytes === null ? null : options.convertOriginal(bytes)
    })
    lastOriginal = mine.catch(() => null)
    return mine
  }

  return async (address) => {
    const picture = resolvePicture(address)
    if (picture === null) return null
    const record = await options.find(picture.datasetId, picture.imageId)
    if (record === null) return null
    if (picture.size === 'thumbnail') {
      const cached = await readFile(thumbnailFile(options.workspace, record.sha256)).catch(
        () => null,
      )
      if (cached !== null) return cached
    }
    try {
      if (picture.size === 'original') return await readInTurn(record)
      const bytes = await readOriginal(record)
      if (bytes === null) throw new Error('not there')
      return await options.convert(bytes, picture.size === 'full' ? fullPicturePx : 256)
    } catch {
      if (picture.size !== 'thumbnail') return null
      return readFile(formerThumbnailFile(options.workspace, record.sha256)).catch(() => null)
    }
  }
}

/** The file itself, if it still is a regular file inside its folder and of bearable size. */
async function readOriginal(record: PictureRecord): Promise<Buffer | null> {
  try {
    const root = await realpath(record.folder)
    const file = await realpath(join(root, ...record.relativePath.split('/')))
    if (!isInside(root, file)) return null
    // Opened without waiting, so that a pipe in the place of a picture blocks nothing.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const status = await handle.stat()
      if (!status.isFile() || status.size === 0 || status.size > maximumBytes) return null
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}
