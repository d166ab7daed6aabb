import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegular, readBounded } from '../files/regularFile'
import { atomicWrite } from '../files/atomicWrite'
import {
  type CachedTap,
  isSegment,
  keyBytes,
  keyFileOf,
  recordSizeOf,
  tapFolder,
} from './featureCache'

interface KnownKeys {
  /** Changes when the cache does. */
  readonly signature: string
  readonly keys: Promise<ReadonlySet<string>>
}

/** Of the caches that were counted last. */
const known = new Map<string, KnownKeys>()
const mostKnown = 4

/**
 * How many of the images have cached features of all the taps. Reads keys alone, never features,
 * and those only when the cache has changed since the last call; the thread is let go in between.
 */
export async function countCachedFeatures(
  cacheFolder: string,
  taps: readonly CachedTap[],
  sha256: readonly string[],
): Promise<number> {
  const keys = await Promise.all(
    taps.map((tap) => keysIn(tapFolder(cacheFolder, tap), recordSizeOf(tap.dimension))),
  )
  return sha256.reduce((count, key) => count + (keys.every((each) => each.has(key)) ? 1 : 0), 0)
}

async function keysIn(folder: string, recordBytes: number): Promise<ReadonlySet<string>> {
  const names = (await readdir(folder).catch(() => [])).filter(isSegment).sort()
  const segments: { path: string; records: number }[] = []
  for (const name of names) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => null)
    if (found !== null) segments.push({ path, records: Math.floor(found.size / recordBytes) })
  }
  const signature = segments.map(({ path, records }) => `${path}:${records}`).join('\n')
  const last = known.get(folder)
  known.delete(folder)
  if (last?.signature === signature) {
    known.set(folder, last)
    return last.keys
  }
  // Kept while they are being read, so that whoever asks meanwhile waits for the same reading.
  const keys = readKeys(segments, recordBytes)
  known.set(folder, { signature, keys })
  keys.catch(() => known.delete(folder))
  for (const oldest of known.keys()) {
    if (known.size <= mostKnown) break
    known.delete(oldest)
  }
  return keys
}

async function readKeys(
  segments: readonly { readonly path: string; readonly records: number }[],
  recordBytes: number,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for (const { path, records } of segments) {
    const bytes = await keysOf(path, records, recordBytes)
    for (let i = 0; i < bytes.length; i += keyBytes)
      keys.add(bytes.toString('hex', i, i + keyBytes))
  }
  return keys
}

/**
 * The keys of a segment: from the file beside it, and of records that it does not have yet (its
 * program works, or was killed in between) out of these.
 */
async function keysOf(segment: string, records: number, recordBytes: number): Promise<Buffer> {
  const keyFile = keyFileOf(segment)
  const beside = await readBounded(keyFile, records * keyBytes).catch(() => null)
  if (beside?.length === records * keyBytes) return beside
  const keys = Buffer.alloc(records * keyBytes)
  const opened = await openRegular(segment).catch(() => null)
  if (opened === null) return Buffer.alloc(0)
  const { handle: file } = opened
  const read = (record: number) =>
    file.read(keys, record * keyBytes, keyBytes, record * recordBytes)
  try {
    // Records come before their keys, in the same order: keys that end as the records do there.
    let first = 0
    const listed = Math.floor((beside?.length ?? 0) / keyBytes)
    if (beside !== null && listed > 0 && listed < records) {
      await read(listed - 1)
      const last = (listed - 1) * keyBytes
      if (keys.subarray(last, last + keyBytes).equals(beside.subarray(last, last + keyBytes))) {
        beside.copy(keys, 0, 0, listed * keyBytes)
        first = listed
      }
    }
    for (let record = first; record < records; record++) {
      await read(record)
    }
  } finally {
    await file.close()
  }
  if (beside === null) await keep(keyFile, keys)
  return keys
}

/** For the next time; a full disk is no reason to stop. */
async function keep(keyFile: string, keys: Buffer): Promise<void> {
  try {
    await atomicWrite(keyFile, keys, { isDurable: false })
  } catch {
    return
  }
}
