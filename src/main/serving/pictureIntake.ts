import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LeftOutReason } from '../../shared/model/dataset'
import { createThumbnailPool } from '../dataset/thumbnailPool'
import { startNodeProcess } from '../processes/startProcess'
import { thumbnailName } from '../workspace'
import type { ReadPicture } from './servingMessages'

/** A picture as it was sent. */
export interface SentPicture {
  readonly name: string
  readonly bytes: Buffer
}

/** Why a picture cannot be read. */
export interface PictureFault {
  readonly reason: LeftOutReason
  readonly message: string
}

/** Reads pictures as an import does, in processes of their own, and keeps none. */
export interface PictureIntake {
  /** Item i is of picture i; their files are there while `use` runs. */
  withPictures<Result>(
    sent: readonly SentPicture[],
    use: (read: readonly (ReadPicture | PictureFault)[]) => Promise<Result>,
  ): Promise<Result>
  close(): Promise<void>
}

export const isFault = (picture: object): picture is PictureFault => 'reason' in picture

/** @param folder of this intake alone */
export function createPictureIntake({
  folder,
  workersFolder,
  workers,
}: {
  readonly folder: string
  readonly workersFolder: string
  readonly workers: number
}): PictureIntake {
  const thumbnailsFolder = join(folder, 'thumbnails')
  const pool = createThumbnailPool({
    ...{ workersFolder, thumbnailsFolder, workers, givesWay: false },
    startProcess: startNodeProcess,
  })
  // Two requests may send one picture at a time: its thumbnail stays until neither needs it.
  const users = new Map<string, number>()
  /** Thumbnails that are being removed. */
  const going = new Map<string, Promise<void>>()
  const release = async (sha256: string) => {
    const left = (users.get(sha256) ?? 1) - 1
    if (left > 0) return void users.set(sha256, left)
    users.delete(sha256)
    const removing = rm(join(thumbnailsFolder, thumbnailName(sha256)), { force: true })
    going.set(sha256, removing)
    await removing.finally(() => going.delete(sha256))
  }
  let ids = 0
  return {
    async withPictures(sent, use) {
      const own = join(folder, String(++ids))
      const held: string[] = []
      try {
        await mkdir(own, { recursive: true })
        const files = sent.map((_, i) => join(own, `${i}.picture`))
        for (const [i, { bytes }] of sent.entries()) {
          const sha256 = sha256Of(bytes)
          held.push(sha256)
          users.set(sha256, (users.get(sha256) ?? 0) + 1)
          await going.get(sha256)?.catch(() => {})
          await writeFile(files[i]!, bytes)
        }
        const results = await Promise.all(files.map(async (file) => (await pool.read([file]))[0]!))
        return await use(
          results.map((result, i) => {
            if (result.kind === 'image') {
              const thumbnail = join(thumbnailsFolder, thumbnailName(result.sha256))
              return { sha256: result.sha256, thumbnail, original: files[i]! }
            }
            return result.kind === 'leftOut'
              ? { reason: result.reason, message: result.detail }
              : { reason: 'unsupported', message: 'These bytes are no picture that can be read.' }
          }),
        )
      } finally {
        for (const sha256 of held) await release(sha256).catch(() => {})
        await rm(own, { recursive: true, force: true })
      }
    },
    close: () => pool.close(),
  }
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
