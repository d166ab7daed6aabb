import { AppError, codeOfSystemError } from '../../shared/errors'
import { atomicWrite } from '../files/atomicWrite'

interface WriteChunksOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once the file is whole, before it takes its place; false: it does not. */
  readonly before?: () => Promise<boolean>
  /** Its path in messages, where it is written elsewhere first. */
  readonly shown?: string
}

/**
 * Writes a file piece by piece beside its place and moves it there once it is whole and on the
 * disk: whatever stood there before stays until then.
 * @returns false where `signal` was aborted or `before` decided so; nothing is left behind
 * @throws AppError diskFull, readOnly, permissionDenied or writeFailed, with what to do
 */
export async function writeChunks(
  file: string,
  chunks: AsyncIterable<string | Uint8Array>,
  { signal, before, shown = file }: WriteChunksOptions = {},
): Promise<boolean> {
  const isAborted = () => signal?.aborted === true
  try {
    return await atomicWrite(file, async (handle) => {
      for await (const chunk of chunks) {
        if (isAborted()) return false
        await handle.writeFile(chunk)
      }
      if (isAborted()) return false
      if (before === undefined) return true
      // What does not fit on the disk is found out before another file appears.
      await handle.sync()
      return before()
    })
  } catch (error) {
    throw writeFailure(shown, error)
  }
}

/** A failure of the system in words: what was not written, and what to do. */
export function writeFailure(file: string, error: unknown): unknown {
  if (error instanceof AppError) return error
  const code = codeOfSystemError(error)
  const reason = error instanceof Error ? error.message : String(error)
  if (code === 'diskFull') {
    return new AppError(
      'diskFull',
      `${file} was not written: the disk is full. Free some space or choose another folder; a file that stood there before is as it was.`,
      { file },
      error,
    )
  }
  if (code === 'readOnly' || code === 'permissionDenied') {
    return new AppError(
      code,
      `${file} was not written: the folder or the file may not be written to. Choose another folder.`,
      { file },
      error,
    )
  }
  return new AppError(
    'writeFailed',
    `${file} was not written: ${reason}. Choose another place and try again.`,
    { file },
    error,
  )
}
