import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { PictureVariation } from '../../core/augmentation/pictureChange'
import { readBounded } from '../files/regularFile'
import { formerThumbnailFile, thumbnailFile, type Workspace } from '../workspace'
import { isInside, type PictureAddress, resolvePicture } from './resolve'

/** Longest side of a picture that fills a view; it arrives as WebP of at most this. */
const fullPicturePx = 2048
const maximumBytes = 512 * 1024 * 1024

/** A file that a person asked about, and what it held. */
interface AskedFile {
  readonly file: string
  readonly sha256: string
}

/** What is known of an image that the window names by its ids. */
interface PictureRecord {
  /** Absolute path of the dataset's folder. */
  readonly folder: string
  /** A person allowed links out of it. */
  readonly followsLinks?: boolean
  /** Below the folder, `/` between parts. */
  readonly relativePath: string
  readonly sha256: string
}

export interface PictureReaderOptions {
  readonly workspace: Pick<Workspace, 'cacheFolder'>
  /** The image of these ids, or null. */
  find(datasetId: number, imageId: number): Promise<PictureRecord | null>
  /** A picture that was asked about and is not of the set, or null. */
  findAsked(datasetId: number, pictureId: number): AskedFile | null
  /** Decodes the bytes of any supported format, upright, at most `maximumPx` a side, as WebP. */
  convert(bytes: Buffer, maximumPx: number): Promise<Uint8Array>
  /** A version of a picture as training sees it, from its thumbnail, as PNG; null without one. */
  vary(
    thumbnail: string,
    sha256: string,
    sidePx: number,
    variation: PictureVariation,
  ): Promise<Uint8Array | null>
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

  const recordOf = async (picture: PictureAddress): Promise<PictureRecord | null> => {
    if (!picture.isAsked) return options.find(picture.datasetId, picture.imageId)
    const asked = options.findAsked(picture.datasetId, picture.imageId)
    if (asked === null) return null
    const { file, sha256 } = asked
    return { folder: dirname(file), relativePath: basename(file), sha256, followsLinks: true }
  }

  return async (address) => {
    const picture = resolvePicture(address)
    if (picture === null) return null
    const record = await recordOf(picture)
    if (record === null) return null
    const thumbnail = thumbnailFile(options.workspace, record.sha256)
    if (picture.varied !== undefined) {
      const { sidePx, ...variation } = picture.varied
      return options.vary(thumbnail, record.sha256, sidePx, { kind: 'augmented', ...variation })
    }
    if (picture.size === 'thumbnail') {
      const cached = await readThumbnail(thumbnail)
      if (cached !== null) return cached
    }
    try {
      if (picture.size === 'original') return await readInTurn(record)
      const bytes = await readOriginal(record)
      if (bytes === null) throw new Error('not there')
      return await options.convert(bytes, picture.size === 'full' ? fullPicturePx : 256)
    } catch {
      if (picture.size !== 'thumbnail') return null
      return readThumbnail(formerThumbnailFile(options.workspace, record.sha256))
    }
  }
}

/** A WebP of 256 px takes far less than 16 MiB. */
const readThumbnail = (file: string): Promise<Buffer | null> =>
  readBounded(file, 2 ** 24).catch(() => null)

/** The file itself, if it still is a regular file inside its folder (or linked to, where that is allowed) and of bearable size. */
async function readOriginal(record: PictureRecord): Promise<Buffer | null> {
  try {
    const root = await realpath(record.folder)
    const file = await realpath(join(root, ...record.relativePath.split('/')))
    if (record.followsLinks !== true && !isInside(root, file)) return null
    const bytes = await readBounded(file, maximumBytes)
    return bytes.length === 0 ? null : bytes
  } catch {
    return null
  }
}
