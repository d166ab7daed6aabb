import type { Steps } from '../../core/steps'
import { featureSource, type InputSource } from '../../core/inputSource'
import { type CachedTap, sumOfDimensions, TapCaches } from './featureCache'
import { FeatureRows } from './featureRows'

/** Features of a job's images, row by row, while they are found and computed. */
export interface FeatureStore {
  /**
   * Takes what the cache has of the images; 1 for each that it has whole. A step yields the share
   * that was found by then.
   */
  find(sha256: readonly string[]): Steps<Uint8Array>
  /** Takes computed features [rows.length, all taps], and puts them into the cache. */
  add(rows: readonly number[], sha256: readonly string[], features: Float32Array): void
  /** Gives `row` the features of `twin`. */
  copy(row: number, twin: number): void
  source(): InputSource
  /** Nothing more is added. */
  endWriting(): void
}

/** Features up to this size are held in memory; beyond, they are read from the cache's files. */
export const featureBudgetBytes = 256 * 2 ** 20

/**
 * @param count images of the job
 * @param options.cacheFolder null: the features are in memory alone, whatever their size
 */
export function openFeatureStore(
  count: number,
  taps: readonly CachedTap[],
  {
    cacheFolder,
    memoryBytes = featureBudgetBytes,
  }: { readonly cacheFolder: string | null; readonly memoryBytes?: number },
): FeatureStore {
  const rowSize = sumOfDimensions(taps)
  if (cacheFolder === null) return inMemory(count, rowSize, null)
  const cache = new TapCaches(cacheFolder, taps)
  return count * rowSize * 4 > memoryBytes
    ? inFiles(count, taps, cacheFolder, cache)
    : inMemory(count, rowSize, cache)
}

/** @param cache null: nothing is kept, and nothing is known */
function inMemory(count: number, rowSize: number, cache: TapCaches | null): FeatureStore {
  const features = new Float32Array(count * rowSize)
  return {
    find: (sha256) => cache?.readSteps(sha256, features) ?? nothingFound(count),
    add(rows, sha256, computed) {
      if (cache !== null) remember(cache, sha256, computed)
      rows.forEach((row, i) => {
        features.set(computed.subarray(i * rowSize, (i + 1) * rowSize), row * rowSize)
      })
    },
    copy(row, twin) {
      features.copyWithin(row * rowSize, twin * rowSize, (twin + 1) * rowSize)
    },
    source: () => featureSource(features, rowSize),
    endWriting: () => cache?.close(),
  }
}

// eslint-disable-next-line require-yield -- there is nothing to look through
function* nothingFound(count: number): Steps<Uint8Array> {
  return new Uint8Array(count)
}

function inFiles(
  count: number,
  taps: readonly CachedTap[],
  cacheFolder: string,
  cache: TapCaches,
): FeatureStore {
  const features = new FeatureRows(count, taps)
  const { rowSize } = features
  return {
    find: (sha256) => features.findIn(cacheFolder, taps, sha256),
    add(rows, sha256, computed) {
      if (rows.length === 0) return
      const appended = remember(cache, sha256, computed)
      if (appended !== null) {
        features.place(rows, appended)
        return
      }
      rows.forEach((row, i) => {
        features.keep(row, computed.slice(i * rowSize, (i + 1) * rowSize))
      })
    },
    copy: (row, twin) => features.copy(row, twin),
    source: () => features,
    endWriting: () => cache.close(),
  }
}

/** A full disk must not stop training: the features are then in memory. */
function remember(cache: TapCaches, sha256: readonly string[], features: Float32Array) {
  try {
    return cache.append(sha256, features)
  } catch {
    cache.close()
    return null
  }
}
