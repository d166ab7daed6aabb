import type { ImportedImage, KnownImage } from '../db/repositories/imageRepository'

export interface Reconciliation {
  readonly added: readonly ImportedImage[]
  /** The same contents in the same place, with another time. */
  readonly touched: readonly ImportedImage[]
  /** Other contents in the same place. */
  readonly changed: readonly ImportedImage[]
  /** The same contents under another path. */
  readonly moved: readonly { readonly id: number; readonly image: ImportedImage }[]
  /** Images whose file is gone. */
  readonly removed: readonly KnownImage[]
}

/**
 * Decides what became of images that were known before, after the whole folder was seen.
 * A file with the contents of an image that is no longer where it was is that image, moved; so is
 * one where files changed places. What has new contents under an old path changed in place.
 * @param found files that were read because they are new or differ from what was known
 * @param known all images known before
 * @param isInPlace whether the image of this id was seen unchanged, or could not be looked at
 */
export function reconcile(
  found: readonly ImportedImage[],
  known: readonly KnownImage[],
  isInPlace: (image: KnownImage) => boolean,
): Reconciliation {
  const byPath = new Map(known.map((image) => [image.relativePath, image]))
  const unclaimed = new Map<number, KnownImage>()
  const byContents = new Map<string, KnownImage[]>()
  for (const image of known) {
    if (isInPlace(image)) continue
    unclaimed.set(image.id, image)
    const same = byContents.get(image.sha256)
    if (same === undefined) byContents.set(image.sha256, [image])
    else same.push(image)
  }
  // What kept its place and contents (a new time alone) claims itself before others look for it.
  const touched: ImportedImage[] = []
  const open: ImportedImage[] = []
  for (const file of found) {
    const before = byPath.get(file.relativePath)
    if (before?.sha256 === file.sha256 && unclaimed.delete(before.id)) touched.push(file)
    else open.push(file)
  }
  const moved: { id: number; image: ImportedImage }[] = []
  const rest: ImportedImage[] = []
  for (const image of open) {
    const same = byContents.get(image.sha256)?.find((before) => unclaimed.has(before.id))
    if (same === undefined) rest.push(image)
    else {
      unclaimed.delete(same.id)
      moved.push({ id: same.id, image })
    }
  }
  const added: ImportedImage[] = []
  const changed: ImportedImage[] = []
  for (const image of rest) {
    const before = byPath.get(image.relativePath)
    if (before !== undefined && unclaimed.delete(before.id)) changed.push(image)
    else added.push(image)
  }
  return { added, touched, changed, moved, removed: [...unclaimed.values()] }
}
