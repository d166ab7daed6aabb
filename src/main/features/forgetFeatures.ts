import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { atomicWrite } from '../files/atomicWrite'
import { isSegment, keyBytes, keyFileOf, recordSizeOf } from './featureCache'

const blockBytes = 2 ** 23

/**
 * Takes the features of contents out of the cache. A segment that holds others as well is written
 * anew, unless somebody trains, who may be reading it: there they stay until the cache is cleared.
 * @param sha256 contents that no image has any more
 */
export async function forgetFeatures(
  cacheFolder: string,
  sha256: ReadonlySet<string>,
  isTraining: () => boolean,
): Promise<void> {
  const root = join(cacheFolder, 'features')
  for (const tap of await readdir(root).catch(() => [])) {
    const dimension = Number(/-(\d+)(?:\.\d+)?$/.exec(tap)?.[1])
    if (!Number.isInteger(dimension)) continue
    const names = await readdir(join(root, tap)).catch(() => [])
    for (const name of names.filter(isSegment)) {
      await rewrite(join(root, tap, name), recordSizeOf(dimension), sha256, isTraining)
    }
  }
}

/** The segment without the records of these contents; one that holds no others is removed. */
async function rewrite(
  file: string,
  recordBytes: number,
  gone: ReadonlySet<string>,
  isTraining: () => boolean,
): Promise<void> {
  let kept = 0
  let dropped = 0
  const isRewritten = await atomicWrite(file, async (to) => {
    const from = await open(file, 'r')
    try {
      const block = Buffer.alloc(recordBytes * Math.max(1, Math.floor(blockBytes / recordBytes)))
      for (let position = 0; ;) {
        const { bytesRead } = await from.read(block, 0, block.length, position)
        const records = Math.floor(bytesRead / recordBytes)
        if (records === 0) break
        position += records * recordBytes
        const keep: Buffer[] = []
        for (let i = 0; i < records; i++) {
          const record = block.subarray(i * recordBytes, (i + 1) * recordBytes)
          if (gone.has(record.toString('hex', 0, keyBytes))) dropped++
          else keep.push(record)
        }
        kept += keep.length
        if (keep.length > 0) await to.writeFile(Buffer.concat(keep))
      }
    } finally {
      await from.close()
    }
    // Whoever takes the turn from now on reads what stands there then.
    if (dropped === 0 || kept === 0 || isTraining()) return false
    await rm(keyFileOf(file), { force: true })
    // Asked once more: somebody may have begun while that took its time.
    return !isTraining()
  })
  if (isRewritten || dropped === 0 || kept > 0) return
  await rm(keyFileOf(file), { force: true })
  await rm(file, { force: true })
}
