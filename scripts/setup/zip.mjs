import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'

const fileKind = 0o170000
const linkKind = 0o120000

/**
 * Where a name from an archive may be written: inside `folder`, or nowhere.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {string} absolute path
 * @throws when the name points outside the folder
 */
export function pathInside(folder, name) {
  const target = resolve(folder, name)
  if (!target.startsWith(resolve(folder) + sep)) {
    throw new Error(`The archive names a file outside its folder: ${name}`)
  }
  return target
}

/**
 * Unpacks chosen entries of a zip archive; folders and links are left out. Reads with a package,
 * so the dependencies must be there.
 *
 * @param {string} path
 * @param {string} folder
 * @param {(name: string) => string | undefined} rename gives the path below `folder` for an
 *   entry's name, or undefined to leave it
 * @returns {Promise<string[]>} the files written
 * @throws when the file is no zip archive, is cut short, damaged or encrypted, or names a file
 *   outside the folder
 */
export async function unzip(path, folder, rename) {
  const { default: yauzl } = await import('yauzl')
  const archive = await yauzl.openPromise(path)
  /** @type {string[]} */
  const written = []
  try {
    for await (const entry of archive.eachEntry()) {
      const mode = entry.externalFileAttributes >>> 16
      if (entry.fileName.endsWith('/') || (mode & fileKind) === linkKind) continue
      const name = rename(entry.fileName)
      if (name === undefined) continue
      const target = pathInside(folder, name)
      mkdirSync(dirname(target), { recursive: true })
      let sum = 0
      // The reader checks the size and leaves the check sum to its callers.
      const check = new Transform({
        transform(chunk, _encoding, done) {
          sum = crc32(chunk, sum)
          done(null, chunk)
        },
      })
      await pipeline(
        await archive.openReadStreamPromise(entry),
        check,
        createWriteStream(target, { mode: mode & 0o777 || 0o644 }),
      )
      if (sum !== entry.crc32) throw new Error(`${entry.fileName} is damaged in ${path}`)
      written.push(target)
    }
  } finally {
    archive.close()
  }
  return written
}
