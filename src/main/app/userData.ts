import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'

/**
 * Makes the folder of the program and writes into it. Without that Electron would end without a word:
 * the lock of the one instance lies there.
 * @returns what a person is told where that cannot be done
 */
export function userDataTrouble(folder: string): AppError | null {
  const probe = join(folder, `.semblance-${process.pid}.part`)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(probe, '')
    rmSync(probe)
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return new AppError(
      'userDataUnusable',
      `The folder of Semblance, ${folder}, cannot be made or written to (${reason}). Check its permissions and whether its disk is there, then start again. Nothing was changed.`,
      { folder, reason },
      error,
    )
  }
}
