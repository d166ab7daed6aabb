import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

export type RegularFile =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'absent' }
  /** A folder, a pipe, a socket or a device. */
  | { readonly kind: 'special' }
  | { readonly kind: 'tooLarge'; readonly bytes: number }

/** Opened so, a pipe that nobody writes to blocks nothing. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
/** The system reads no more than 2 GiB at a time. */
const atOnce = 2 ** 26

/**
 * The whole of an ordinary file of bearable size. It is opened without waiting, so that a pipe in
 * its place blocks nothing.
 * @throws the system's error where there is a file that cannot be read
 */
export async function readRegularFile(file: string, maximumBytes: number): Promise<RegularFile> {
  try {
    return { kind: 'read', bytes: await readBounded(file, maximumBytes) }
  } catch (error) {
    if (error instanceof FileRefused) return error.found
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
    throw error
  }
}

/** Of a file that is there but not read; the message says why, as the end of a sentence. */
export class FileRefused extends Error {
  constructor(
    readonly found: Extract<RegularFile, { kind: 'special' | 'tooLarge' }>,
    most = 0,
  ) {
    super(
      found.kind === 'special'
        ? 'it is no ordinary file (a folder, a pipe, a socket or a device)'
        : `it has ${sizeText(found.bytes)}, and at most ${sizeText(most)} are read`,
    )
    this.name = 'FileRefused'
  }
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${Number((bytes / 1024 ** unit).toFixed(1))} ${units[unit]}`
}

/**
 * An ordinary file, open for reading, with its size in bytes.
 * @throws FileRefused where it is none; the system's error where it is absent or cannot be read
 */
export async function openRegular(
  file: string,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await open(file, withoutWaiting).catch((error: unknown) => {
    throw refusalOf(error)
  })
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw new FileRefused({ kind: 'special' })
    return { handle, size: status.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * The bytes of an ordinary file, as many as it had when it was opened.
 * @throws FileRefused where it is none or has more than `mostBytes`; the system's error where it is
 *   absent or cannot be read
 */
export async function readBounded(file: string, mostBytes: number): Promise<Buffer> {
  const { handle, size } = await openRegular(file)
  try {
    const bytes = Buffer.alloc(checkedSize(size, mostBytes))
    let length = 0
    while (length < size) {
      const wanted = Math.min(atOnce, size - length)
      const { bytesRead } = await handle.read(bytes, length, wanted, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await handle.close()
  }
}

/** As `openRegular`. */
export function openRegularSync(file: string): {
  readonly descriptor: number
  readonly size: number
} {
  const descriptor = openWithoutWaiting(file)
  const status = fstatSync(descriptor)
  if (status.isFile()) return { descriptor, size: status.size }
  closeSync(descriptor)
  throw new FileRefused({ kind: 'special' })
}

/** As `readBounded`, for the few files that the window waits for. */
export function readBoundedSync(file: string, mostBytes: number): Buffer {
  const { descriptor, size } = openRegularSync(file)
  try {
    const bytes = Buffer.alloc(checkedSize(size, mostBytes))
    let length = 0
    while (length < bytes.length) {
      const wanted = Math.min(atOnce, bytes.length - length)
      const bytesRead = readSync(descriptor, bytes, length, wanted, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}

function openWithoutWaiting(file: string): number {
  try {
    return openSync(file, withoutWaiting)
  } catch (error) {
    throw refusalOf(error)
  }
}

function checkedSize(size: number, mostBytes: number): number {
  if (size > mostBytes) throw new FileRefused({ kind: 'tooLarge', bytes: size }, mostBytes)
  return size
}

/** A socket cannot be opened; Windows says so of a folder. */
function refusalOf(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENXIO' || code === 'EISDIR' ? new FileRefused({ kind: 'special' }) : error
}
