import type { PictureVariation } from '../../core/augmentation/pictureChange'
import { type InputSource, sourceWithCopies } from '../../core/inputSource'
import type { LoadedImages, LoadingReport } from './loadedImages'
import { loadFeatures } from './loadFeatures'
import type { JobImages } from './pictures'

/**
 * Features of augmented copies behind those of the images; the copies of each variation lie in the
 * cache under it. A copy that cannot be read is the image itself. Null when it was cancelled.
 * @param of rows that get copies, rising; each must be readable
 */
export async function loadCopies(
  images: JobImages,
  plain: LoadedImages,
  copies: { readonly of: Uint32Array; readonly variations: readonly PictureVariation[] },
  context: Parameters<typeof loadFeatures>[1],
  report: LoadingReport,
): Promise<LoadedImages | null> {
  const { of, variations } = copies
  const own: JobImages = {
    ids: of.map((row) => images.ids[row]!),
    sha256: Array.from(of, (row) => images.sha256[row]!),
    files: Array.from(of, (row) => images.files[row]!),
  }
  const versions: InputSource[] = []
  for (const [version, variation] of variations.entries()) {
    const loaded = await loadFeatures(
      own,
      { ...context, variation },
      {
        ...report,
        onProgress: (done) =>
          report.onProgress(version * of.length + done, variations.length * of.length),
      },
    )
    if (loaded === null) return null
    versions.push(orItself(loaded, plain.source, of))
  }
  return { ...plain, source: sourceWithCopies(plain.source, of, versions) }
}

/** Reads the image where its copy could not be read: its file may have gone in between. */
function orItself(
  { source, isReadable }: LoadedImages,
  plain: InputSource,
  of: Uint32Array,
): InputSource {
  if (!isReadable.includes(0)) return source
  const { rows, rowSize } = source
  return {
    ...{ rows, rowSize },
    read(wanted, target) {
      for (let i = 0; i < wanted.length; i++) {
        const place = wanted[i]!
        const out = target.subarray(i * rowSize, (i + 1) * rowSize)
        if (isReadable[place] === 1) source.read([place], out, null)
        else plain.read([of[place]!], out, null)
      }
    },
  }
}
