import { mkdirSync } from 'node:fs'

/**
 * Unpacks chosen files of a gzipped tar archive, without the folder that holds everything. Reads
 * with a package, so the dependencies must be there.
 *
 * @param {string} path
 * @param {string} folder made if need be
 * @param {(name: string) => boolean} isWanted decides by the name in the archive
 * @throws on a damaged archive, and when a wanted file's name points outside the folder
 */
export async function untar(path, folder, isWanted) {
  const { extract } = await import('tar')
  mkdirSync(folder, { recursive: true })
  await extract({
    file: path,
    cwd: folder,
    strip: 1,
    strict: true,
    preserveOwner: false,
    // The type of an entry stands in the entry; without one it is a file on the disk.
    filter: (name, entry) => 'type' in entry && entry.type === 'File' && isWanted(name),
  })
}
