import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { contract } from '../../shared/contract'
import { AppError } from '../../shared/errors'
import type { DatasetSummary, ImportReport } from '../../shared/model/dataset'
import { channelOf, emitterOf } from '../../shared/rpc'
import { folderState } from '../dataset/checkedFolder'
import { createJobBoard } from '../jobs/jobBoard'
import { createServices, type Services } from '../services'
import type { Extension } from '../training/extensions'
import { strangeSpeeds } from '../training/measuredSpeeds'
import { importLines } from './importLines'
import { UsageError } from './parse'
import type { ProgressLine } from './progressLine'
import { createHeadlessWorkspace } from './workspace'

/** Where the built program lies. */
export interface ProgramFolders {
  readonly workersFolder: string
  readonly projectFolder: string
  readonly version: string
}

/** The window's services without a window, for one command. */
export interface Session {
  readonly services: Services
  readonly progress: ProgressLine
  readonly signal: AbortSignal
  /** Hears one event of the contract; returns how to stop. */
  on(service: string, event: string, listener: (payload: unknown) => void): () => void
  close(): Promise<void>
}

export async function openSession(
  program: ProgramFolders & { readonly extensions: readonly Extension[] },
  progress: ProgressLine,
  signal: AbortSignal,
  kept?: string,
): Promise<Session> {
  const headless = await createHeadlessWorkspace(kept)
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  try {
    const services = await createServices({
      workspace: headless.workspace,
      workersFolder: program.workersFolder,
      projectFolder: program.projectFolder,
      extensions: program.extensions,
      jobs: createJobBoard(),
      emit: emitterOf(contract, (channel, payload) => {
        for (const listener of listeners.get(channel) ?? []) listener(payload)
      }),
    })
    if (services.store.damage !== null) progress.line(services.store.damage.message)
    return {
      services,
      progress,
      signal,
      on(service, event, listener) {
        const channel = channelOf(service, event)
        const known = listeners.get(channel) ?? new Set()
        listeners.set(channel, known.add(listener))
        return () => known.delete(listener)
      },
      async close() {
        await services.close()
        await headless.remove()
      },
    }
  } catch (error) {
    await headless.remove()
    throw error
  }
}

/** The folder as an absolute path. @throws UsageError where there is none */
export async function existingFolder(given: string): Promise<string> {
  const folder = resolve(given)
  // One that is silent may only be slow: the import waits for it, and can be ended meanwhile.
  if ((await folderState(folder)) !== 'gone') return folder
  const isFile = (await stat(folder).catch(() => null)) !== null
  throw new UsageError(
    `${isFile ? `${folder} is a file.` : `There is no folder ${folder}.`} Give the folder that holds the images.`,
  )
}

/** Makes the folder for results and writes into it; found out before the work, not after it. */
export async function prepareOut(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
    const probe = join(out, `.semblance-${process.pid}.part`)
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'writeFailed',
      `The folder for results, ${out}, cannot be made or written to (${reason}). Choose another with --out.`,
      { out },
      error,
    )
  }
}

/** Imports a folder, telling how far it is. */
export async function importFolder(
  session: Session,
  folder: string,
  ignore: readonly string[],
  followsLinks: boolean,
): Promise<{ readonly dataset: DatasetSummary; readonly report: ImportReport }> {
  const { services, progress, signal } = session
  const { dataset, finished } = await services.dataset.importFolder(folder, {
    signal,
    ignore: [...ignore],
    // A run that is taken up again keeps what it was begun with.
    ...(followsLinks ? { followsLinks } : {}),
    onProgress: ({ done, total }) =>
      progress.update(
        'Importing images',
        `${count(done)}${total > 0 ? ` of ${count(total)}` : ''}`,
      ),
  })
  const report = await finished
  const summary = (await services.dataset.summary(dataset.id)) ?? dataset
  const leftOut =
    report.leftOutTotal > 0
      ? `, ${countOf(report.leftOutTotal, 'file')} left out (see import-report.json)`
      : ''
  progress.line(
    `${countOf(summary.imageCount, 'image')}, ${countOf(summary.labelCount, 'label')}${leftOut}.`,
  )
  for (const line of importLines(report)) progress.line(line)
  return { dataset: summary, report }
}

/** What of the measured speeds cannot be believed, before a time is said that rests on them. */
export function saySpeeds({ services, progress }: Session): void {
  const strange = strangeSpeeds(services.workspace.cacheFolder)
  if (strange !== null) progress.line(`Note: ${strange}`)
}

/** For instance `1 label` and `40 labels`. */
export const countOf = (value: number, what: string): string =>
  `${count(value)} ${what}${value === 1 ? '' : 's'}`

export const count = (value: number): string => value.toLocaleString('en-US')
