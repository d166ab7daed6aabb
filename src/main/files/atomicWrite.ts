import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** All contents at once, or what writes them and says whether they are to take the file's place. */
export type Contents =
  string | Uint8Array | ((handle: FileHandle, partial: string) => Promise<boolean>)

export interface AtomicWriteOptions {
  /** What stood in the file's place stays under this path, in the same folder. */
  readonly previous?: string
  /**
   * Whether it must outlive a power cut. False only for what is checked when it is read and can be
   * made again, of which there are very many: syncing takes milliseconds.
   */
  readonly isDurable?: boolean
}

/**
 * Replaces a file in one piece: written beside its place, brought to the disk, renamed, and the
 * folder brought to the disk. Whatever ends the program, or the power, at any moment leaves the
 * file that stood there or the new one, and once this returns it is the new one.
 * @returns false where `contents` decided against it; nothing is changed then
 * @throws the system's error; nothing is left behind
 */
export async function atomicWrite(
  file: string,
  contents: Contents,
  { previous, isDurable = true }: AtomicWriteOptions = {},
): Promise<boolean> {
  const partial = partialName(file)
  try {
    const handle = await open(partial, 'wx')
    try {
      if (typeof contents !== 'function') await handle.writeFile(contents)
      else if (!(await contents(handle, partial))) return false
      if (isDurable) await handle.sync()
    } finally {
      await handle.close()
    }
    if (previous !== undefined) await renameIfThere(file, previous)
    await rename(partial, file)
    if (isDurable) await syncFolder(dirname(file))
    return true
  } finally {
    // Gone already after the rename; otherwise half a file that nobody asked for.
    await rm(partial, { force: true })
  }
}

/** {@link atomicWrite} for the few small files that the window's first picture depends on. */
export function atomicWriteSync(file: string, text: string): void {
  const partial = partialName(file)
  try {
    const descriptor = openSync(partial, 'wx')
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(partial, file)
    syncFolderSync(dirname(file))
  } finally {
    rmSync(partial, { force: true })
  }
}

/** Brings to the disk which names a folder holds. Windows does so by itself and knows no call for it. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(unlessFoldersCannotBeSynced)
  if (handle === null) return
  try {
    await handle.sync().catch(unlessFoldersCannotBeSynced)
  } finally {
    await handle.close()
  }
}

/** Brings the contents of a file to the disk. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function syncFolderSync(folder: string): void {
  let descriptor: number | null = null
  try {
    descriptor = openSync(folder, 'r')
    fsyncSync(descriptor)
  } catch (error) {
    unlessFoldersCannotBeSynced(error)
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}

function unlessFoldersCannotBeSynced(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException
  // The answers of Windows, and of file systems such as network shares.
  if (['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS'].includes(code ?? '')) return null
  throw error
}

const partialPattern = /^\.semblance-[0-9a-f]{8}-(\d+)-[0-9a-f]{8}\.part$/

/** In the same folder, so that the rename is one step; short, for names near the limit. */
export function partialName(file: string): string {
  const mark = createHash('sha256').update(basename(file)).digest('hex').slice(0, 8)
  const random = randomBytes(4).toString('hex')
  return join(dirname(file), `.semblance-${mark}-${process.pid}-${random}.part`)
}

/** The process that writes, or wrote, a file of this name beside its place; null for other names. */
export function writerOfPartial(name: string): number | null {
  const pid = partialPattern.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  })
}
