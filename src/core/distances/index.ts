import { createRegistry } from '../registry/registry'
import { chebyshev } from './chebyshev'
import { cosine } from './cosine'
import { dot } from './dot'
import { euclidean } from './euclidean'
import { manhattan } from './manhattan'
import { snr } from './snr'
import { squaredEuclidean } from './squaredEuclidean'

/** Every distance and similarity, by name. */
export const distances = createRegistry('distance', [
  euclidean,
  squaredEuclidean,
  cosine,
  dot,
  manhattan,
  chebyshev,
  snr,
])

export type { DistanceMatrix, ValueRange } from './distance'
