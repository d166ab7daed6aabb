import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changedBytes } from '../../../src/core/augmentation/changePicture'
import { changeOf, type PictureVariation } from '../../../src/core/augmentation/pictureChange'
import { extractors } from '../../../src/main/features/extractors'
import { tapFolder } from '../../../src/main/features/featureCache'
import { cachedTaps } from '../../../src/main/features/featureKeys'
import { decodeInBatches } from '../../../src/main/features/decodeInBatches'
import { decodeSquare } from '../../../src/main/features/pictures'
import { augmentationPolicies } from '../../../src/shared/model/augmentation'
import { type ImageSet, readImageSet } from '../../bench/sets/imageSet'
import { drawEmoji } from '../training/emojiFolder'

const sidePx = 48
const augmented = (version: number, seed = 5): PictureVariation => ({
  kind: 'augmented',
  policy: augmentationPolicies.strong,
  seed,
  version,
})

describe('varied pictures', () => {
  let folder: string
  let set: ImageSet

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semblance-varied-'))
    await drawEmoji(join(folder, 'emoji'), 6, 64)
    set = await readImageSet(join(folder, 'emoji'), join(folder, 'thumbnails'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** By content, so that the order does not matter. */
  async function read(
    order: readonly number[],
    { batchSize, lanes }: { readonly batchSize: number; readonly lanes: number },
    variation = augmented(2),
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const sha256 = order.map((at) => set.sha256[at]!)
    const files = order.map((at) => set.files[at]!)
    const found = new Map<string, Uint8Array>()
    const size = sidePx * sidePx * 3
    for await (const batch of decodeInBatches(files, sidePx, batchSize, {
      varied: { variation, sha256 },
      lanes,
    })) {
      expect(batch.failed).toEqual([])
      batch.indices.forEach((index, i) => {
        found.set(sha256[index]!, batch.pixels.slice(i * size, (i + 1) * size))
      })
    }
    return found
  }

  it('are the same whatever the batches, the order and how many are read at a time', async () => {
    const order = [...set.files.keys()]
    const one = await read(order, { batchSize: 32, lanes: 1 })
    expect(one.size).toBe(new Set(set.sha256).size)
    expect(await read(order.toReversed(), { batchSize: 5, lanes: 4 })).toEqual(one)
    expect(await read(order, { batchSize: 32, lanes: 1 }, augmented(3))).not.toEqual(one)
    const plain = await decodeSquare(set.files[0]!, sidePx)
    const change = changeOf(augmented(2), set.sha256[0]!, sidePx)
    expect(one.get(set.sha256[0]!)).toEqual(changedBytes(plain, sidePx, change))
  })

  it('have features of their own in the cache', () => {
    const [extractor] = extractors
    const layers = extractor!.layers.slice(0, 1)
    const variations = [
      null,
      augmented(0),
      augmented(1),
      augmented(0, 6),
      { ...augmented(0), policy: augmentationPolicies.mild } as PictureVariation,
      { kind: 'view', view: 1 } as const,
      { kind: 'view', view: 2 } as const,
    ]
    const folders = variations.map((variation) =>
      tapFolder('cache', cachedTaps(extractor!, layers, variation)[0]!),
    )
    expect(new Set(folders).size).toBe(variations.length)
    expect(folders[0]).toBe(tapFolder('cache', cachedTaps(extractor!, layers)[0]!))
  })
})
