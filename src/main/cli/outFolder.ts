import { mkdir, rm } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import * as v from 'valibot'
import { outsideComponents } from '../../core/objective/outsideComponents'
import { AppError, codeOfSystemError } from '../../shared/errors'
import { placedNetwork } from '../../shared/model/ownNetwork'
import { outsideComponent } from '../../shared/model/outsideComponent'
import { type TrainingRequest, trainingRequest } from '../../shared/model/training'
import { isLock, lockFolder } from '../db/folderLock'
import { UsageError } from './parse'
import { finishPublishing } from './publish'
import { writeJson } from './results'
import { readStateFile, refusedPart } from './stateFile'

/** What a run that has not ended is of; lies in the folder of its state. */
const job = v.object({
  version: v.string(),
  folder: v.string(),
  startedAt: v.number(),
  request: trainingRequest,
  /** Losses and miners from an extension; absent in runs of earlier versions. */
  outside: v.optional(v.array(outsideComponent), []),
  /** A network of a person's own, and where its file was. */
  network: v.optional(placedNetwork),
})
/** As much as a run file. */
const greatestJob = 64 * 2 ** 20
export type UnfinishedJob = v.InferOutput<typeof job>

/** A folder for results, held by this process alone. */
export interface OutFolder {
  readonly out: string
  /** `.semblance` in it: the lock, and what an unfinished run has so far. */
  readonly state: string
  /** Of the run that was not finished here; null: there is none. */
  readonly unfinished: UnfinishedJob | null
  /** Why nobody can say of what the unfinished run is; null: there is none, or it can be said. */
  readonly unreadable: string | null
  begin(started: UnfinishedJob): Promise<void>
  /** Forgets the unfinished run. */
  discard(): Promise<void>
  release(): Promise<void>
}

/** Of the state in a folder for results. */
export const workFolder = (state: string): string => join(state, 'unfinished')
const jobFile = (state: string): string => join(workFolder(state), 'job.json')

/**
 * Makes the folder for results and takes its lock; found out before the work, not after it. Results
 * that were on their way when the program was ended are put in place first.
 * @throws AppError busy while another process works there; readOnly, diskFull or writeFailed
 */
export async function holdOut(out: string): Promise<OutFolder> {
  const state = join(out, '.semblance')
  try {
    await mkdir(state, { recursive: true })
    const lock = await lockFolder(state)
    if (!isLock(lock)) {
      const who = lock.pid === null ? 'another process' : `process ${lock.pid}`
      throw new AppError(
        'busy',
        `${out} is in use: ${who} of Semblance writes its results there. Wait until it ends, or choose another folder with --out.`,
        { out },
      )
    }
    await finishPublishing(state, out)
    return {
      out,
      state,
      ...(await readJob(jobFile(state))),
      async begin(started) {
        await mkdir(workFolder(state), { recursive: true })
        await writeJson(jobFile(state), started)
      },
      discard: () => rm(workFolder(state), { recursive: true, force: true }),
      release: () => lock.release(),
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = codeOfSystemError(error)
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      code === 'diskFull' || code === 'readOnly' ? code : 'writeFailed',
      `The folder for results, ${out}, cannot be written to (${reason}). Choose another with --out.`,
      { out },
      error,
    )
  }
}

async function readJob(file: string): Promise<Pick<OutFolder, 'unfinished' | 'unreadable'>> {
  const refused = (why: string) => ({ unfinished: null, unreadable: `${file}: ${why}` })
  try {
    const found = await readStateFile(file, greatestJob)
    if (found.kind === 'absent') return { unfinished: null, unreadable: null }
    if (found.kind === 'refused') return refused(found.why)
    const parsed = v.safeParse(job, found.value)
    if (parsed.success) return { unfinished: parsed.output, unreadable: null }
    const [issue] = parsed.issues
    return refused(refusedPart(v.getDotPath(issue), issue.received))
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error))
  }
}

/**
 * Whether what was asked for is the run that was not finished.
 * @throws UsageError naming what is different, or the run where nobody asked to go on with it, or
 *   why it is not known what the unfinished run is of
 */
export function checkUnfinished(
  { unfinished, unreadable, out }: Pick<OutFolder, 'unfinished' | 'unreadable' | 'out'>,
  asked: {
    readonly folder: string
    readonly request: TrainingRequest
    readonly isResumed: boolean
  },
): void {
  if (unreadable !== null) {
    throw new UsageError(
      `${out} holds a run that was not finished, but the file that says of what it is cannot be used (${unreadable}); perhaps another version of Semblance wrote it. All of it is left as it is; --start-over gives it up.`,
    )
  }
  if (unfinished === null) return
  const begun = new Date(unfinished.startedAt).toISOString()
  if (!asked.isResumed) {
    throw new UsageError(
      `${out} holds a run on ${unfinished.folder} that was not finished (begun ${begun}). Add --resume to go on with it, or --start-over to give it up.`,
    )
  }
  const outside = outsideComponents(unfinished.request)
  if (!isDeepStrictEqual([...outside], unfinished.outside)) {
    const [was] = unfinished.outside
    throw new UsageError(
      was === undefined
        ? `The run in ${out} was begun without the extension. Leave --extension out to go on with it; --start-over gives it up.`
        : `The run in ${out} was begun with version ${was.version} of the ${was.kind} ${was.name}. Name that file with --extension to go on with it; --start-over gives it up.`,
    )
  }
  const other =
    asked.folder === unfinished.folder
      ? Object.keys(asked.request).find(
          (key) =>
            // Where the arithmetic is done may change; what is done may not.
            key !== 'backend' &&
            !isDeepStrictEqual(
              asked.request[key as keyof TrainingRequest],
              unfinished.request[key as keyof TrainingRequest],
            ),
        )
      : 'FOLDER'
  if (other === undefined) return
  const was = other === 'FOLDER' ? unfinished.folder : 'other options'
  throw new UsageError(
    `The run in ${out} was begun with ${was}, and ${other} is different now. --resume alone goes on with it as it was; --start-over gives it up.`,
  )
}
