import { rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sqlite3 from 'sqlite3'
import { readBounded } from '../files/regularFile'
import { atomicWrite } from '../files/atomicWrite'

export interface FolderLock {
  release(): Promise<void>
}

/** Who holds a lock, as far as it said so. */
export interface LockHolder {
  readonly pid: number | null
}

const names = { lock: 'lock.sqlite', holder: 'lock.json' }

/**
 * Takes the lock of a folder that exists. The lock is the system's, on a file that SQLite keeps
 * open: however its holder ends, also by SIGKILL, it is free at once, so none is ever stale.
 * @returns the lock, or who holds it
 * @throws the system's error where the folder cannot be written to
 */
export async function lockFolder(folder: string): Promise<FolderLock | LockHolder> {
  const file = join(folder, names.lock)
  // Whoever let go of it meanwhile has removed the file that was opened: then once more.
  for (;;) {
    await writeFile(file, '', { flag: 'a' })
    const { ino } = await stat(file)
    const handle = await open(file)
    const taken = await isTaken(handle).catch((error: unknown) => error)
    if (taken === false) {
      await close(handle)
      return { pid: await holderOf(folder) }
    }
    if ((await stat(file).catch(() => null))?.ino !== ino) {
      await close(handle)
      continue
    }
    if (taken !== true) {
      await close(handle)
      throw taken
    }
    // It names a process, which no power cut outlives.
    await atomicWrite(join(folder, names.holder), JSON.stringify({ pid: process.pid }), {
      isDurable: false,
    })
    return {
      async release() {
        await rm(join(folder, names.holder), { force: true })
        await rm(file, { force: true })
        await close(handle)
        // Only where nothing else lies in it.
        await rmdir(folder).catch(() => {})
      },
    }
  }
}

export const isLock = (given: FolderLock | LockHolder): given is FolderLock => 'release' in given

async function holderOf(folder: string): Promise<number | null> {
  try {
    const text = (await readBounded(join(folder, names.holder), 4096)).toString('utf8')
    const content: unknown = JSON.parse(text)
    const pid = typeof content === 'object' && content !== null && 'pid' in content && content.pid
    return typeof pid === 'number' ? pid : null
  } catch {
    return null
  }
}

function open(file: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const handle = new sqlite3.Database(file, (error) =>
      error === null
        ? resolve(handle)
        : reject(Object.assign(error, { message: `${error.message} in ${dirname(file)}` })),
    )
  })
}

function isTaken(handle: sqlite3.Database): Promise<boolean> {
  return new Promise((resolve, reject) => {
    handle.exec('BEGIN EXCLUSIVE', (error) => {
      if (error === null) return resolve(true)
      return 'code' in error && error.code === 'SQLITE_BUSY' ? resolve(false) : reject(error)
    })
  })
}

const close = (handle: sqlite3.Database): Promise<void> =>
  new Promise((resolve) => handle.close(() => resolve()))
