import {
  measurePicture,
  type PictureMeasures,
  type PicturePixels,
} from '../../core/findings/pictureMeasures'
import { type Signature, signatureNumbers, signatureOf } from '../../core/findings/signature'
import { paceOf, type Steps, walkUnlessCancelled } from '../../core/steps'
import { thread } from '../training/thread'
import { FeatureCache, TapCaches } from './featureCache'
import type { LoadingReport } from './loadedImages'
import { decodeInside, type JobImages } from './pictures'

/** What is measured of pictures, and how; counts up with either. */
const measuresTap = { id: 'picture-measures.1', dimension: 5 }
const signatureTap = { id: 'picture-signature.1', dimension: signatureNumbers }
/** Of a thumbnail. */
const measuredPx = 256
const batchSize = 64
/** Pictures that are decoded at a time. */
const lanes = 4

export interface MeasuredPictures {
  /** Of each image; null where it could not be read. */
  readonly measures: readonly (PictureMeasures | null)[]
  readonly unreadable: readonly { readonly id: number; readonly reason: string }[]
  /** Small copies of some images by their places. */
  readonly readSignatures: (images: Uint32Array) => Steps<(image: number) => Signature | null>
}

/**
 * Measures the thumbnails of images, each content once: from the cache where it is known, else
 * computed and put there, with a small copy to compare pictures by. Null where it was cancelled.
 */
export async function measurePictures(
  images: JobImages,
  cacheFolder: string,
  { onProgress, interruption }: LoadingReport,
): Promise<MeasuredPictures | null> {
  const count = images.sha256.length
  const caches = new TapCaches(cacheFolder, [measuresTap])
  const rows = new Float32Array(count * measuresTap.dimension)
  const pace = paceOf({ ...thread, interruption })
  const known = await walkUnlessCancelled(caches.readSteps(images.sha256, rows), pace)
  if (known === null) return null
  const missing = firstMissing(images.sha256, known)
  const unreadable: { id: number; reason: string }[] = []
  const writing = new TapCaches(cacheFolder, [measuresTap, signatureTap])
  const found = new Map<string, Float32Array>()
  try {
    for (let from = 0; from < missing.length; from += batchSize) {
      const batch = missing.slice(from, from + batchSize)
      const measured = await measureBatch(images, batch)
      if (interruption.isCancelled) return null
      const good: string[] = []
      const numbers: number[] = []
      measured.forEach((result, i) => {
        const row = batch[i]!
        if ('reason' in result) unreadable.push({ id: images.ids[row]!, reason: result.reason })
        else {
          good.push(images.sha256[row]!)
          found.set(images.sha256[row]!, result.measures)
          numbers.push(...result.measures, ...result.signature)
        }
      })
      writing.append(good, Float32Array.from(numbers))
      onProgress(count - missing.length + from + batch.length, count)
      await interruption.whilePaused()
    }
  } finally {
    writing.close()
  }
  return {
    measures: images.sha256.map((key, image) => {
      const at = image * measuresTap.dimension
      const own =
        known[image] === 1 ? rows.subarray(at, at + measuresTap.dimension) : found.get(key)
      return own === undefined ? null : measuresOf(own)
    }),
    unreadable,
    readSignatures: (places) => readSignatures(cacheFolder, images.sha256, places),
  }
}

function* readSignatures(
  cacheFolder: string,
  sha256: readonly string[],
  places: Uint32Array,
): Steps<(image: number) => Signature | null> {
  const data = new Float32Array(places.length * signatureNumbers)
  const cache = new FeatureCache(cacheFolder, signatureTap.id, signatureNumbers)
  const keys = Array.from(places, (image) => sha256[image]!)
  const isKnown = yield* cache.readSteps(keys, data)
  const rowOf = new Map(Array.from(places, (image, row) => [image, row]))
  return (image) => {
    const row = rowOf.get(image)
    if (row === undefined || isKnown[row] === 0) return null
    return data.subarray(row * signatureNumbers, (row + 1) * signatureNumbers)
  }
}

const measuresOf = (own: Float32Array): PictureMeasures => ({
  ...{ brightness99: own[0]!, brightness5: own[1]!, entropy: own[2]! },
  ...{ edges: own[3]!, histogramSpread: own[4]! },
})

function firstMissing(sha256: readonly string[], known: Uint8Array): number[] {
  const seen = new Set<string>()
  return [...sha256.keys()].filter((row) => {
    if (known[row] === 1 || seen.has(sha256[row]!)) return false
    seen.add(sha256[row]!)
    return true
  })
}

type Measured =
  { readonly measures: Float32Array; readonly signature: Signature } | { readonly reason: string }

async function measureBatch(
  images: JobImages,
  batch: readonly number[],
): Promise<readonly Measured[]> {
  const results: Measured[] = []
  const waiting = batch.entries()
  const lane = async (): Promise<void> => {
    for (const [place, row] of waiting) {
      results[place] = await decodeInside(images.files[row]!, measuredPx).then(
        measuredOf,
        (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
      )
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}

function measuredOf(pixels: PicturePixels): Measured {
  const { brightness99, brightness5, entropy, edges, histogramSpread } = measurePicture(pixels)
  return {
    measures: Float32Array.of(brightness99, brightness5, entropy, edges, histogramSpread),
    signature: signatureOf(pixels),
  }
}
