import { createReadStream, createWriteStream, mkdirSync } from 'node:fs'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { pathInside } from './zip.mjs'

const block = 512

/** @param {Buffer} header @param {number} start @param {number} length */
function text(header, start, length) {
  const end = header.indexOf(0, start)
  return header.toString('utf8', start, end < 0 || end > start + length ? start + length : end)
}

/**
 * A tar number: octal text, or big-endian binary when its first bit is set (files above 8 GB).
 *
 * @param {Buffer} header @param {number} start @param {number} length
 */
function number(header, start, length) {
  if ((header[start] ?? 0) & 0x80) {
    let value = 0
    for (let at = start + 4; at < start + length; at++) value = value * 256 + (header[at] ?? 0)
    return value
  }
  const digits = text(header, start, length).trim()
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

/**
 * One header of a tar archive (POSIX ustar).
 *
 * @param {Buffer} header 512 bytes
 * @returns {{ name: string, size: number, mode: number, type: string } | undefined} undefined for
 *   the empty block that ends an archive
 * @throws when its checksum is wrong
 */
export function readTarHeader(header) {
  if (header.every((byte) => byte === 0)) return undefined
  let sum = 0
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 32 : (header[at] ?? 0)
  if (sum !== number(header, 148, 8)) throw new Error('The tar archive is damaged (checksum)')
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
  const name = text(header, 0, 100)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: number(header, 124, 12),
    mode: number(header, 100, 8) & 0o777,
    type: text(header, 156, 1) || '0',
  }
}

/**
 * The path that a PAX extended header gives for the next entry, if any.
 *
 * @param {string} records lines "LENGTH key=value\n"
 */
export function paxPath(records) {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1]
}

/**
 * Unpacks chosen files of a gzipped tar archive, streaming.
 *
 * @param {string} path
 * @param {string} folder
 * @param {(name: string) => string | undefined} rename gives the path below `folder` for an
 *   entry's name, or undefined to leave it
 * @returns {Promise<string[]>} the files written
 * @throws on a damaged archive
 */
export async function untar(path, folder, rename) {
  /** @type {string[]} */
  const written = []
  let pending = Buffer.alloc(0)
  let remaining = 0 // content bytes of the present entry still to come
  let padding = 0
  /** @type {import('node:fs').WriteStream | undefined} */
  let output
  /** @type {Buffer[] | undefined} */
  let paxContent
  /** @type {string | undefined} */
  let nextName
  const close = async () => {
    if (output === undefined) return
    output.end()
    await finished(output)
    output = undefined
  }
  const reading = createReadStream(path, { highWaterMark: 1 << 20 })
  const gunzip = createGunzip({ chunkSize: 1 << 20 })
  reading.on('error', (error) => gunzip.destroy(error))
  reading.pipe(gunzip)
  for await (const chunk of gunzip) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    for (;;) {
      if (remaining > 0) {
        const part = pending.subarray(0, remaining)
        if (part.length === 0) break
        if (paxContent !== undefined) paxContent.push(Buffer.from(part))
        else if (output !== undefined && !output.write(part)) await once(output, 'drain')
        remaining -= part.length
        pending = pending.subarray(part.length)
        if (remaining > 0) break
        if (paxContent !== undefined) {
          nextName = paxPath(Buffer.concat(paxContent).toString('utf8'))
          paxContent = undefined
        }
        await close()
        continue
      }
      if (padding > 0) {
        if (pending.length < padding) break
        pending = pending.subarray(padding)
        padding = 0
      }
      if (pending.length < block) break
      const header = readTarHeader(pending.subarray(0, block))
      pending = pending.subarray(block)
      if (header === undefined) continue
      remaining = header.size
      padding = (block - (header.size % block)) % block
      if (header.type === 'x') {
        paxContent = []
        continue
      }
      const name = nextName ?? header.name
      nextName = undefined
      const renamed = header.type === '0' ? rename(name) : undefined
      if (renamed === undefined) continue
      const target = pathInside(folder, renamed)
      mkdirSync(dirname(target), { recursive: true })
      output = createWriteStream(target, { mode: header.mode || 0o644 })
      written.push(target)
      if (remaining === 0) await close()
    }
  }
  if (remaining > 0) throw new Error(`${path} ends too early`)
  return written
}
