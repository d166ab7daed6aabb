import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

export type RegularFile =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'absent' }
  /** A folder, a pipe, a socket or a device. */
  | { readonly kind: 'special' }
  | { readonly kind: 'tooLarge'; readonly bytes: number }

/**
 * The whole of an ordinary file of bearable size. It is opened without waiting, so that a pipe in
 * its place blocks nothing.
 * @throws the system's error where there is a file that cannot be read
 */
export async function readRegularFile(file: string, maximumBytes: number): Promise<RegularFile> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'absent'
      // A socket cannot be opened; Windows says so of a folder.
      if (error.code === 'ENXIO' || error.code === 'EISDIR') return 'special'
      throw error
    },
  )
  if (typeof handle === 'string') return { kind: handle as 'absent' | 'special' }
  try {
    const status = await handle.stat()
    if (!status.isFile()) return { kind: 'special' }
    if (status.size > maximumBytes) return { kind: 'tooLarge', bytes: status.size }
    const bytes = Buffer.alloc(status.size)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return { kind: 'read', bytes: bytes.subarray(0, length) }
  } finally {
    await handle.close()
  }
}
