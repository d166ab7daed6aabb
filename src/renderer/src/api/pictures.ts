import type { DatasetId, ImageId } from '../../../shared/model/ids'

/** Where the window finds a picture: the 256 px thumbnail, or the image upright and whole. */
export function pictureUrl(
  datasetId: DatasetId,
  imageId: ImageId,
  size: 256 | 'full' = 256,
): string {
  return `image://picture/${datasetId}/${imageId}?size=${size}`
}
