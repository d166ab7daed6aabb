import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * Whether a WebP file is as long as its header says: what a power cut leaves is empty, short or
 * zeros. Of the contents twelve bytes are read, for a rescan asks this of every image.
 */
export function isWholeThumbnail(file: string): boolean {
  let descriptor: number | null = null
  try {
    descriptor = openSync(file, 'r')
    const head = Buffer.alloc(12)
    readSync(descriptor, head, 0, head.length, 0)
    return (
      head.toString('latin1', 0, 4) === 'RIFF' &&
      head.toString('latin1', 8, 12) === 'WEBP' &&
      head.readUInt32LE(4) + 8 === fstatSync(descriptor).size
    )
  } catch {
    return false
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}
