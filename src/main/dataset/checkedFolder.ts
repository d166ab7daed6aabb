import { readdir, realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../../shared/errors'
import { aborted, atMost, unlessAborted } from '../jobs/unlessAborted'

/** A disk that sleeps or a share over a slow line answers by then; one that hangs never does. */
const longestWaitMs = 30_000

/**
 * The real path of a folder that can be read.
 * @param signal ends the wait for a folder that does not answer
 * @throws AppError `folderMissing`, `notAFolder`, `folderUnreadable`, `folderSilent`
 */
export async function checkedFolder(path: string, signal?: AbortSignal): Promise<string> {
  const wait = new AbortController()
  const end = () => wait.abort()
  const timer = setTimeout(end, longestWaitMs)
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  try {
    const folder = await unlessAborted(readable(path), wait.signal)
    if (folder !== aborted) return folder
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
  throw new AppError(
    'folderSilent',
    signal?.aborted === true
      ? `Looking at the folder ${path} was cancelled before it answered.`
      : `The folder ${path} did not answer for ${longestWaitMs / 1000} seconds. Check that its disk or network share is connected.`,
    { path },
  )
}

async function readable(path: string): Promise<string> {
  try {
    const folder = await realpath(path)
    if (!(await stat(folder)).isDirectory()) {
      throw new AppError('notAFolder', `${path} is not a folder. Choose the folder around it.`, {
        name: basename(path),
      })
    }
    await readdir(folder)
    return folder
  } catch (error) {
    if (error instanceof AppError) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) {
      throw new AppError(
        'folderMissing',
        `The folder ${path} does not exist. It may have been moved or renamed.`,
        { path },
        error,
      )
    }
    throw new AppError(
      'folderUnreadable',
      `The folder ${path} cannot be read (${code}). Check its permissions.`,
      { path },
      error,
    )
  }
}

/** `silent`: the system has not said within a second. */
export type FolderState = 'there' | 'gone' | 'silent'

const stateWaitMs = 1_000
/** Each holds one of the four threads that the database needs as well. */
const mostUnanswered = 2
const asking = new Map<string, Promise<FolderState>>()

/** Whether a folder is there, known within a second; a folder that hangs is asked about once. */
export async function folderState(folder: string): Promise<FolderState> {
  const until = performance.now() + stateWaitMs
  while (!asking.has(folder) && asking.size >= mostUnanswered) {
    const left = until - performance.now()
    if (left <= 0) return 'silent'
    await atMost(Promise.race(asking.values()), left)
  }
  let state: FolderState = 'silent'
  const answer = (asking.get(folder) ?? ask(folder)).then((found) => (state = found))
  await atMost(answer, Math.max(0, until - performance.now()))
  return state
}

function ask(folder: string): Promise<FolderState> {
  const answer = stat(folder)
    .then(
      (found): FolderState => (found.isDirectory() ? 'there' : 'gone'),
      (): FolderState => 'gone',
    )
    .finally(() => asking.delete(folder))
  asking.set(folder, answer)
  return answer
}
