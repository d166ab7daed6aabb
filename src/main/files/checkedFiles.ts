import { type FileHandle, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import * as v from 'valibot'
import { AppError, errnoOf } from '../../shared/errors'
import { atomicWrite } from './atomicWrite'
import { openRegular, readBounded } from './regularFile'

const mostSumsBytes = 2 ** 26

/** Length and checksum of the files of a folder; those of earlier versions have none. */
const checksumsFile = 'checksums.json'

const sums = v.object({
  version: v.literal(1),
  files: v.record(v.string(), v.object({ bytes: v.number(), crc32: v.number() })),
})
type Sums = v.InferOutput<typeof sums>['files']

/**
 * Writes files of numbers whose length and CRC-32 stand in `checksums.json` beside them. All are on
 * the disk when this returns; ended in between, readers refuse what does not belong together.
 */
export async function writeChecked(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const written = Object.entries(files)
  for (const [name, bytes] of written) await atomicWrite(join(folder, name), bytes)
  const added = written.map(([name, bytes]) => [
    name,
    { bytes: bytes.byteLength, crc32: crc32(bytes) },
  ])
  // Sums that cannot be read are of files that no reader takes: they are not worth keeping.
  const known = await readSums(folder).catch(() => ({}))
  const all = { ...known, ...(Object.fromEntries(added) as Sums) }
  await atomicWrite(
    join(folder, checksumsFile),
    `${JSON.stringify({ version: 1, files: all } satisfies v.InferOutput<typeof sums>)}\n`,
  )
}

/**
 * The bytes of a file, in an array that begins a buffer of its own.
 * @throws AppError embeddingsDamaged where they are not those that were written; the system's error
 */
export async function readChecked(
  folder: string,
  name: string,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let whole = new Uint8Array()
  const take = (block: Uint8Array, at: number, size: number) => {
    if (at === 0) whole = new Uint8Array(size)
    whole.set(block, at)
  }
  await visitChecked(folder, name, take, mostBytes)
  return whole
}

/**
 * Reads a file once to its end, in blocks, and finds out whether it is what was written.
 * @throws AppError embeddingsDamaged where it is not; the system's error
 */
export async function checkFile(folder: string, name: string): Promise<void> {
  await visitChecked(folder, name, () => {})
}

/**
 * The length of a file, which is that which was written; its contents are not looked at.
 * @throws AppError embeddingsDamaged; the system's error
 */
export async function checkedSize(folder: string, name: string): Promise<number> {
  const { size } = await stat(join(folder, name))
  const expected = (await readSums(folder))[name]
  if (expected !== undefined && expected.bytes !== size) throw damaged(folder, name)
  return size
}

async function visitChecked(
  folder: string,
  name: string,
  visit: (block: Uint8Array, at: number, size: number) => void,
  mostBytes = Infinity,
): Promise<void> {
  const expected = (await readSums(folder))[name]
  const { handle: file, size } = await openRegular(join(folder, name))
  try {
    if (size > mostBytes || (expected !== undefined && expected.bytes !== size)) {
      throw damaged(folder, name)
    }
    const found = await visitBlocks(file, size, visit)
    if (found === null || (expected !== undefined && expected.crc32 !== found)) {
      throw damaged(folder, name)
    }
  } finally {
    await file.close()
  }
}

const blockBytes = 2 ** 22

/** The CRC-32 of a file; null where it became shorter while it was read. */
async function visitBlocks(
  file: FileHandle,
  size: number,
  visit: (block: Uint8Array, at: number, size: number) => void,
): Promise<number | null> {
  const buffer = new Uint8Array(Math.min(blockBytes, size))
  let sum = 0
  for (let at = 0; at < size;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - at), at)
    if (bytesRead === 0) return null
    const block = buffer.subarray(0, bytesRead)
    sum = crc32(block, sum)
    visit(block, at, size)
    at += bytesRead
  }
  return sum
}

async function readSums(folder: string): Promise<Sums> {
  const text = await readBounded(join(folder, checksumsFile), mostSumsBytes).catch(
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return null
      throw error
    },
  )
  if (text === null) return {}
  try {
    return v.parse(sums, JSON.parse(text.toString('utf8'))).files
  } catch (error) {
    throw damaged(folder, checksumsFile, error)
  }
}

/** What readers throw at a file that is not as it was written. */
export const damaged = (folder: string, name: string, cause?: unknown): AppError =>
  new AppError(
    'embeddingsDamaged',
    `${join(folder, name)} is damaged: it is not what was written, or does not belong to the files beside it. Nothing is computed from it. Train again, or choose another run.`,
    { file: name, folder: basename(folder) },
    cause,
  )
