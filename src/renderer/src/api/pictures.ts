import { type AugmentationPolicy, variedParameter } from '../../../shared/model/augmentation'
import type { DatasetId, ImageId } from '../../../shared/model/ids'

/**
 * Where the window finds a picture: the 256 px thumbnail, the image upright and whole to fill a
 * view, or its original pixels.
 */
export function pictureUrl(
  datasetId: DatasetId,
  imageId: ImageId,
  size: 256 | 'full' | 'original' = 256,
): string {
  return `image://picture/${datasetId}/${imageId}?size=${size}`
}

/** Where it finds a version of a picture as training sees it, made by the code that trains. */
export function variedPictureUrl(
  datasetId: DatasetId,
  imageId: ImageId,
  version: {
    readonly policy: AugmentationPolicy
    readonly seed: number
    readonly version: number
    readonly sidePx: number
  },
): string {
  const text = encodeURIComponent(JSON.stringify(version))
  return `image://picture/${datasetId}/${imageId}?${variedParameter}=${text}`
}

/** Where it finds a picture that was asked about and is not of the set. */
export const askedPictureUrl = (datasetId: DatasetId, pictureId: number): string =>
  `image://asked/${datasetId}/${pictureId}`
