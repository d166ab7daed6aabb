import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../shared/errors'
import type { CacheSize } from '../shared/contract/app'
import type { Store } from './db/store'
import type { Workspace } from './workspace'

export interface StorageOptions {
  readonly workspace: Workspace
  readonly store: Store
  /** Whether something trains or imports, and so reads or writes the cache. */
  isInUse(): boolean
}

/** The part of the disk that can be made again. */
export interface Storage {
  cacheSize(): Promise<CacheSize>
  /**
   * Removes all features, and the thumbnails of contents that no dataset has: those of the others
   * may be all that is left of pictures whose folder is gone.
   * @returns what was freed
   * @throws AppError cacheBusy while something trains or imports
   */
  clearCache(): Promise<CacheSize>
}

export function createStorage({ workspace, store, isInUse }: StorageOptions): Storage {
  const features = join(workspace.cacheFolder, 'features')
  const thumbnails = join(workspace.cacheFolder, 'thumbnails')
  const measure = async (): Promise<CacheSize> => ({
    featureBytes: sumOf(await filesBelow(features)),
    thumbnailBytes: sumOf(await filesBelow(thumbnails)),
  })
  return {
    cacheSize: measure,
    async clearCache() {
      if (isInUse()) {
        throw new AppError(
          'cacheBusy',
          'The cache is in use. Wait until nothing trains or imports, then clear it.',
        )
      }
      const before = await measure()
      await rm(features, { recursive: true, force: true })
      const used = await store.images.allContents()
      for (const file of await filesBelow(thumbnails)) {
        const contents = /([0-9a-f]{64})(?:\.\d+)?\.webp$/.exec(file.path)?.[1]
        if (contents === undefined || !used.has(contents)) await rm(file.path, { force: true })
      }
      const after = await measure()
      return {
        featureBytes: before.featureBytes - after.featureBytes,
        thumbnailBytes: before.thumbnailBytes - after.thumbnailBytes,
      }
    },
  }
}

interface FoundFile {
  readonly path: string
  readonly bytes: number
}

const statsAtOnce = 64

/** All files below a folder; none where there is no folder. */
async function filesBelow(folder: string): Promise<readonly FoundFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((one) => join(one.parentPath, one.name))
  const files: FoundFile[] = []
  for (let start = 0; start < paths.length; start += statsAtOnce) {
    const found = await Promise.all(
      paths.slice(start, start + statsAtOnce).map(async (path) => {
        const status = await stat(path).catch(() => null)
        return { path, bytes: status?.size ?? 0 }
      }),
    )
    files.push(...found)
  }
  return files
}

const sumOf = (files: readonly FoundFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0)
