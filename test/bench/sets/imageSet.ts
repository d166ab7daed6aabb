import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { thumbnailName } from '../../../src/main/workspace'
import { userCacheFolder } from '../../../src/main/cli/workspace'
import { readPicture } from '../../../src/main/dataset/readPicture'
import { contentsOf } from '../../../src/main/dataset/contents'
import type { PictureFile } from '../../../src/main/features/pictures'

/** What is downloaded, drawn and computed for the sets; outside the repository. */
export const setsCache = join(userCacheFolder(), 'bench-sets')

/** How a labelled image set comes about. */
export interface SetBuilder {
  readonly name: string
  /** In a table. */
  readonly title: string
  /** What the images and labels are, where they come from, and under which licence. */
  readonly origin: string
  /** Makes the pictures where they are not there yet. */
  readonly build: (say: (line: string) => void) => Promise<BuiltSet>
}

export interface BuiltSet {
  /** `<label>/<picture>` */
  readonly folder: string
  /** Labels kept unseen whatever the seed; absent: drawn by the seed. */
  readonly unseenLabels?: readonly string[]
}

/** A set as the program knows it after an import; row i is one image. */
export interface ImageSet {
  readonly files: readonly PictureFile[]
  readonly sha256: readonly string[]
  /** Number of the label of each image. */
  readonly labels: Int32Array
  /** Name of each label. */
  readonly labelKeys: readonly string[]
  /** What each image shows, the same for near-duplicates. */
  readonly contents: readonly string[]
}

const picturesAtATime = 4

/**
 * Reads a folder of labels as the import does: hashes and thumbnails are the program's own.
 * @param only these labels; absent: all
 * @param mostOfEach images of a label, the first by name
 * @throws where a picture cannot be read: the sets hold none of these
 */
export async function readImageSet(
  folder: string,
  thumbnails = join(setsCache, 'thumbnails'),
  only: readonly string[] | null = null,
  mostOfEach = Infinity,
): Promise<ImageSet> {
  mkdirSync(thumbnails, { recursive: true })
  const labelKeys = (only === null ? labelsIn(folder) : [...only]).sort()
  const paths = labelKeys.flatMap((key, label) =>
    readdirSync(join(folder, key))
      .sort()
      .slice(0, mostOfEach)
      .map((name) => ({ label, path: join(folder, key, name) })),
  )
  const files: PictureFile[] = []
  const sha256: string[] = []
  const hashes: string[] = []
  for (let from = 0; from < paths.length; from += picturesAtATime) {
    const some = paths.slice(from, from + picturesAtATime)
    const read = await Promise.all(some.map(({ path }) => readPicture(path, thumbnails)))
    read.forEach((result, i) => {
      const { path } = some[i]!
      if (result.kind !== 'image') throw new Error(`${path} is no picture: ${result.kind}`)
      const thumbnail = join(thumbnails, thumbnailName(result.sha256))
      files.push({ thumbnail, original: path })
      sha256.push(result.sha256)
      hashes.push(result.perceptualHash)
    })
  }
  const labels = Int32Array.from(paths, ({ label }) => label)
  return {
    files,
    sha256,
    labels,
    labelKeys,
    contents: await contentsOf({ sha256, looks: hashes, labels }),
  }
}

/** Names of the labels of a folder. */
export const labelsIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
