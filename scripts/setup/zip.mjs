import { createWriteStream, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'

/**
 * @typedef {object} ZipEntry
 * @property {string} name path inside the archive, with `/`
 * @property {number} method 0 stored, 8 deflated
 * @property {number} crc CRC-32 of the content
 * @property {number} compressedSize bytes
 * @property {number} size bytes
 * @property {number} headerOffset where its local header starts
 * @property {number} mode Unix permission bits, 0 where the archive has none
 * @property {boolean} isSymbolicLink its content is then the link's target
 */

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locator64Signature = 0x07064b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
const longestEnd = 22 + 0xffff

/**
 * @param {import('node:fs/promises').FileHandle} file
 * @param {number} position
 * @param {number} length
 */
async function readExactly(file, position, length) {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead !== length) throw new Error('The zip archive ends too early')
  return buffer
}

/**
 * Sizes and offset above 4 GB stand in the zip64 extra field, in this order, and only those whose
 * 32-bit field is all ones.
 *
 * @param {Buffer} extra
 * @param {{ size: number, compressedSize: number, headerOffset: number }} entry changed in place
 */
function applyZip64(extra, entry) {
  for (let at = 0; at + 4 <= extra.length;) {
    const id = extra.readUInt16LE(at)
    const length = extra.readUInt16LE(at + 2)
    if (id === 1) {
      let field = at + 4
      for (const key of /** @type {const} */ (['size', 'compressedSize', 'headerOffset'])) {
        if (entry[key] !== 0xffffffff) continue
        entry[key] = Number(extra.readBigUInt64LE(field))
        field += 8
      }
      return
    }
    at += 4 + length
  }
}

/**
 * Reads a zip archive's directory, zip64 included.
 *
 * @param {string} path
 * @returns {Promise<ZipEntry[]>} in archive order, folders left out
 * @throws when the file is no zip archive, is cut short, or is encrypted
 */
export async function readZip(path) {
  const file = await open(path)
  try {
    const { size: fileSize } = await file.stat()
    const tailStart = Math.max(0, fileSize - longestEnd)
    const tail = await readExactly(file, tailStart, fileSize - tailStart)
    let at = tail.length - 22
    while (at >= 0 && tail.readUInt32LE(at) !== endSignature) at -= 1
    if (at < 0) throw new Error(`${path} is no zip archive, or is cut short`)
    let count = tail.readUInt16LE(at + 10)
    let directorySize = tail.readUInt32LE(at + 12)
    let directoryOffset = tail.readUInt32LE(at + 16)
    if (at >= 20 && tail.readUInt32LE(at - 20) === locator64Signature) {
      const end64 = await readExactly(file, Number(tail.readBigUInt64LE(at - 12)), 56)
      if (end64.readUInt32LE(0) !== end64Signature) throw new Error(`${path}: bad zip64 end`)
      count = Number(end64.readBigUInt64LE(32))
      directorySize = Number(end64.readBigUInt64LE(40))
      directoryOffset = Number(end64.readBigUInt64LE(48))
    }
    const directory = await readExactly(file, directoryOffset, directorySize)
    /** @type {ZipEntry[]} */
    const entries = []
    for (let index = 0, start = 0; index < count; index++) {
      if (directory.readUInt32LE(start) !== centralSignature) {
        throw new Error(`${path}: bad entry ${index} in the zip directory`)
      }
      if ((directory.readUInt16LE(start + 8) & 1) !== 0) throw new Error(`${path} is encrypted`)
      const nameLength = directory.readUInt16LE(start + 28)
      const extraLength = directory.readUInt16LE(start + 30)
      const commentLength = directory.readUInt16LE(start + 32)
      const unixMode = directory.readUInt32LE(start + 38) >>> 16
      const nameEnd = start + 46 + nameLength
      const entry = {
        name: directory.toString('utf8', start + 46, nameEnd),
        method: directory.readUInt16LE(start + 10),
        crc: directory.readUInt32LE(start + 16),
        compressedSize: directory.readUInt32LE(start + 20),
        size: directory.readUInt32LE(start + 24),
        headerOffset: directory.readUInt32LE(start + 42),
        mode: unixMode & 0o777,
        isSymbolicLink: (unixMode & 0o170000) === 0o120000,
      }
      applyZip64(directory.subarray(nameEnd, nameEnd + extraLength), entry)
      if (!entry.name.endsWith('/')) entries.push(entry)
      start = nameEnd + extraLength + commentLength
    }
    return entries
  } finally {
    await file.close()
  }
}

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
 * Writes one entry of an archive to a file, streaming, and checks its CRC-32.
 *
 * @param {string} path the archive
 * @param {ZipEntry} entry
 * @param {string} target the file to write; its folder is made
 * @throws on a damaged archive
 */
export async function extractEntry(path, entry, target) {
  if (entry.isSymbolicLink) throw new Error(`${entry.name} is a link; links are not unpacked`)
  if (entry.method !== 0 && entry.method !== 8) {
    throw new Error(`${entry.name} is compressed by method ${entry.method}, which is unknown here`)
  }
  mkdirSync(dirname(target), { recursive: true })
  const file = await open(path)
  try {
    const header = await readExactly(file, entry.headerOffset, 30)
    if (header.readUInt32LE(0) !== localSignature) throw new Error(`${entry.name}: bad zip header`)
    const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    let crc = 0
    let size = 0
    const check = new Transform({
      transform(chunk, _encoding, done) {
        crc = crc32(chunk, crc)
        size += chunk.length
        done(null, chunk)
      },
    })
    const writing = createWriteStream(target, { mode: entry.mode || 0o644 })
    if (entry.compressedSize === 0) {
      await pipeline([Buffer.alloc(0)], writing)
    } else {
      const reading = file.createReadStream({
        start,
        end: start + entry.compressedSize - 1,
        highWaterMark: 1 << 20,
        autoClose: false,
      })
      if (entry.method === 8) {
        await pipeline(reading, createInflateRaw({ chunkSize: 1 << 20 }), check, writing)
      } else await pipeline(reading, check, writing)
    }
    if (crc !== entry.crc || size !== entry.size) {
      throw new Error(`${entry.name} is damaged in ${path}`)
    }
  } finally {
    await file.close()
  }
}

/**
 * Unpacks chosen entries of a zip archive.
 *
 * @param {string} path
 * @param {string} folder
 * @param {(name: string) => string | undefined} rename gives the path below `folder` for an
 *   entry's name, or undefined to leave it
 * @returns {Promise<string[]>} the files written
 */
export async function unzip(path, folder, rename) {
  /** @type {string[]} */
  const written = []
  for (const entry of await readZip(path)) {
    const name = rename(entry.name)
    if (name === undefined || entry.isSymbolicLink) continue
    const target = pathInside(folder, name)
    await extractEntry(path, entry, target)
    written.push(target)
  }
  return written
}
