import { lstat, stat } from 'node:fs/promises'
import { basename, isAbsolute } from 'node:path'
import { AppError } from '../../shared/errors'
import { aborted, unlessAborted } from './unlessAborted'

/**
 * Refuses what is no folder with the sentence that fits it. What cannot be looked at, or not before
 * the signal is aborted, is left to the import, which says why.
 * @throws AppError `notAFolder`, `linkBroken`
 */
export async function checkDropped(path: string, signal: AbortSignal): Promise<void> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new AppError(
      'notAFolder',
      'What was dropped has no path on this machine. Drop a folder of images.',
      { name: basename(path.replaceAll('\0', '')) },
    )
  }
  const name = basename(path)
  const status = await unlessAborted(
    stat(path).catch(() => null),
    signal,
  )
  if (status === aborted) return
  if (status !== null) {
    if (status.isDirectory()) return
    throw new AppError('notAFolder', `${name} is a file. Drop the folder that holds the images.`, {
      name,
    })
  }
  const link = await lstat(path).catch(() => null)
  if (link?.isSymbolicLink() === true) {
    throw new AppError(
      'linkBroken',
      `${name} is a link that leads nowhere. Drop the folder itself.`,
      { name },
    )
  }
}
