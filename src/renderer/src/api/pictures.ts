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
