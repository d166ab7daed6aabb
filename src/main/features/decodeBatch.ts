import { changedBytes } from '../../core/augmentation/changePicture'
import { changeOf, type PictureVariation } from '../../core/augmentation/pictureChange'
import { decodeSquare, type PictureFile } from './pictures'

/** How pictures are read otherwise than as they are. */
export interface VariedReading {
  readonly variation: PictureVariation
  /** Hashes of the contents of the files, in their order. */
  readonly sha256: readonly string[]
}

/** Pictures of a list that are decoded together; plain data, as a thread of its own may do it. */
export interface BatchRequest {
  readonly files: readonly PictureFile[]
  /** Place of the first in the list. */
  readonly from: number
  readonly sidePx: number
  /** Pictures at a time. */
  readonly lanes: number
  readonly varied: VariedReading | null
}

export interface PictureBatch {
  /** Positions in the list, of the pictures that could be read. */
  readonly indices: readonly number[]
  /** [indices.length, sidePx, sidePx, 3] */
  readonly pixels: Uint8Array<ArrayBuffer>
  /** Positions of those that could not be read, with what the decoder said. */
  readonly failed: readonly { readonly index: number; readonly reason: string }[]
}

/** @throws where the signal is aborted before the last picture was begun */
export async function decodeBatch(
  { files, from, sidePx, lanes, varied }: BatchRequest,
  signal: AbortSignal | undefined,
): Promise<PictureBatch> {
  const decode = async (file: PictureFile, place: number): Promise<Uint8Array> => {
    const picture = await decodeSquare(file, sidePx)
    if (varied === null) return picture
    const change = changeOf(varied.variation, varied.sha256[place]!, sidePx)
    return changedBytes(picture, sidePx, change)
  }
  const settled: PromiseSettledResult<Uint8Array>[] = []
  const waiting = files.entries()
  const lane = async (): Promise<void> => {
    for (const [place, file] of waiting) {
      signal?.throwIfAborted()
      ;[settled[place]] = await Promise.allSettled([decode(file, place)])
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const indices: number[] = []
  const failed: { index: number; reason: string }[] = []
  const size = sidePx * sidePx * 3
  const pixels = new Uint8Array(settled.length * size)
  settled.forEach((result, i) => {
    if (result.status === 'fulfilled') {
      pixels.set(result.value, indices.length * size)
      indices.push(from + i)
    } else {
      const reason: unknown = result.reason
      failed.push({
        index: from + i,
        reason: reason instanceof Error ? reason.message : String(reason),
      })
    }
  })
  return { indices, pixels: pixels.subarray(0, indices.length * size), failed }
}
