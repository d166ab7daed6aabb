import { pixelSource } from '../../core/loop/pixels'
import { type AugmentationPolicy, augmentationPolicies } from '../../shared/model/augmentation'
import { AppError } from '../../shared/errors'
import { checkAnyReadable, type LoadedImages, type LoadingReport } from './loadedImages'
import { decodeInBatches } from './decodeInBatches'
import type { JobImages } from './pictures'
import type { PictureVariation } from '../../core/augmentation/pictureChange'

/** At most this much of pictures is held in memory. */
const pixelBudgetBytes = 2 ** 31 - 1

/**
 * Pictures of all images as bytes. Null when it was cancelled.
 * @param policy by which they are varied where a training asks for that
 * @param variation how all of them are read; null: as they are
 */
export async function loadPixels(
  images: JobImages,
  sidePx: number,
  report: LoadingReport,
  {
    policy = augmentationPolicies.off,
    variation = null,
  }: {
    readonly policy?: AugmentationPolicy
    readonly variation?: PictureVariation | null
  } = {},
): Promise<LoadedImages | null> {
  const count = images.files.length
  const size = sidePx * sidePx * 3
  if (count * size > pixelBudgetBytes) {
    const fitting = Math.floor(Math.sqrt(pixelBudgetBytes / (3 * count)))
    throw new AppError(
      'outOfMemory',
      `${count} pictures of ${sidePx} x ${sidePx} pixels need more than 2 GB of memory. Choose an image size of at most ${fitting}, or the frozen network.`,
      { images: count, imageSizePx: sidePx },
    )
  }
  const pixels = new Uint8Array(count * size)
  const isReadable = new Uint8Array(count)
  const unreadable: { id: number; reason: string }[] = []
  let done = 0
  const watch = report.work?.stopwatch()
  report.onProgress(0, count)
  const { interruption } = report
  const { signal } = interruption
  const varied = variation === null ? null : { variation, sha256: images.sha256 }
  for await (const batch of decodeInBatches(images.files, sidePx, 64, { signal, varied })) {
    await interruption.whilePaused()
    batch.indices.forEach((row, i) => {
      pixels.set(batch.pixels.subarray(i * size, (i + 1) * size), row * size)
      isReadable[row] = 1
    })
    for (const { index, reason } of batch.failed) {
      unreadable.push({ id: images.ids[index]!, reason })
    }
    done += batch.indices.length + batch.failed.length
    watch?.lap({ decoding: batch.indices.length + batch.failed.length })
    report.onProgress(done, count)
  }
  if (interruption.isCancelled) return null
  checkAnyReadable({ isReadable, unreadable })
  return {
    source: pixelSource(pixels, sidePx, policy),
    input: { kind: 'pixels', sizePx: sidePx },
    isReadable,
    unreadable,
  }
}
