import { errnoOf } from '../../shared/errors'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFile, syncFolder } from './atomicWrite'

/** A name that nobody but us gives. */
const asideOf = (folder: string): string =>
  join(dirname(folder), `.semblance-replaced-${basename(folder)}`)

/**
 * Puts a whole folder, written beside it, in the place of another. A folder cannot take the place of
 * one that is not empty, so the old one steps aside first; {@link mendFolder} finds it again where
 * the program was ended in between.
 */
export async function replaceFolder(from: string, to: string): Promise<void> {
  await syncBelow(from)
  await mendFolder(to)
  await rename(to, asideOf(to)).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error
  })
  await rename(from, to)
  await syncFolder(dirname(to))
  await rm(asideOf(to), { recursive: true, force: true })
}

/** Ends what {@link replaceFolder} was ended in: the old folder comes back, or goes where a new one is there. */
export async function mendFolder(folder: string): Promise<void> {
  const aside = asideOf(folder)
  if ((await stat(aside).catch(() => null)) === null) return
  if ((await stat(folder).catch(() => null)) === null) await rename(aside, folder)
  else await rm(aside, { recursive: true, force: true })
}

/** Brings all files below a folder to the disk, and the names in it. */
export async function syncBelow(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncBelow(path)
    else if (entry.isFile()) await syncFile(path)
  }
  await syncFolder(folder)
}
