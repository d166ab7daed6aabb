import { copyFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { UsageError } from './parse'

/**
 * Copies pictures that were named one by one into a folder that can be imported.
 * @returns what was named, by the name in the folder
 * @throws UsageError for what is no file
 */
export async function gatherPictures(
  given: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const [at, name] of given.entries()) {
    // Two of one name may come from two folders.
    const own = `${String(at).padStart(6, '0')}-${basename(name)}`
    await copyFile(resolve(name), join(folder, own))
    names.set(own, name)
  }
  return names
}

/** @throws UsageError where one is absent or no file */
export async function checkPictures(given: readonly string[]): Promise<void> {
  for (const name of given) {
    const found = await stat(resolve(name)).catch(() => null)
    if (found === null) throw new UsageError(`There is no file ${resolve(name)}.`)
    if (!found.isFile()) {
      throw new UsageError(
        `${resolve(name)} is ${found.isDirectory() ? 'a folder' : 'no ordinary file'}. Give one folder, or pictures.`,
      )
    }
  }
}
