import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { distances } from '../../core/distances'
import { losses } from '../../core/losses'
import { miners } from '../../core/miners'
import { reducers } from '../../core/reducers'
import { regularizers } from '../../core/regularizers'
import { samplers } from '../../core/samplers'
import { AppError } from '../../shared/errors'
import { extractors } from '../features/extractors'
import { finiteJson } from '../files/finite'
import { endWhereUnanswered } from '../jobs/unlessAborted'
import { type Extension, findExtension, loadExtensions } from '../training/extensions'
import { checkEmbedArguments, runEmbed } from './embed'
import { checkExportArguments, runExport } from './export'
import { checkExportModelArguments, exportedModelText, runExportModel } from './exportModel'
import { exportNoteText } from './exportOptions'
import { checkFindArguments, findText, runFind } from './find'
import { helpText } from './help'
import { commandsFor } from './options'
import { parseArguments, type ParsedCommand, UsageError } from './parse'
import { checkPredictArguments, runPredict } from './predict'
import { predictText } from './predictText'
import { ProgressLine } from './progressLine'
import { checkSearchArguments, runSearch, searchResultText } from './search'
import { checkServeArguments, runServe } from './serve'
import { countOf, openSession, type ProgramFolders, type Session } from './session'
import { checkSweepArguments, runSweep, sweepText } from './sweep'
import { checkTrainArguments, enterRun, runTrain, summaryText } from './train'
import { holdOut, type OutFolder, workFolder } from './outFolder'

/** Exit codes of the headless program. */
const exitCode = { done: 0, failed: 1, usage: 2, cancelled: 130, terminated: 143 } as const

/** With the losses and miners that are registered by now. */
const commandsNow = () =>
  commandsFor({
    losses: losses.names,
    miners: miners.names,
    distances: distances.names,
    reducers: reducers.names,
    regularizers: regularizers.names,
    samplers: samplers.names,
    extractors,
  })

/** The extension that is named, loaded: what it holds may be named by the other arguments. */
async function extensionsIn(args: readonly string[]): Promise<readonly Extension[]> {
  const at = args.findIndex((arg) => arg === '--extension' || arg.startsWith('--extension='))
  if (at < 0) return []
  const [, inside] = /^--extension=(.*)$/s.exec(args[at]!) ?? []
  const file = inside ?? args[at + 1]
  // What is wrong with the argument itself the parser says.
  if (file === undefined || file === '' || file.startsWith('--')) return []
  const found = [await findExtension(resolve(file))]
  await loadExtensions(found)
  return found
}

function programFolders(): ProgramFolders {
  const { folder, version } = findProject(__dirname)
  return { workersFolder: join(__dirname, 'workers'), projectFolder: folder, version }
}

/** The folder of the program's package.json, at or above the built file. */
function findProject(from: string): { readonly folder: string; readonly version: string } {
  for (let folder = from; ; folder = dirname(folder)) {
    const description = readDescription(join(folder, 'package.json'))
    if (description?.name === 'semblance') return { folder, version: description.version }
    if (dirname(folder) === folder) {
      throw new Error(`The program's package.json is not above ${from}. Build it again.`)
    }
  }
}

function readDescription(file: string): { readonly name: string; readonly version: string } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string }
  } catch {
    return null
  }
}

async function main(args: readonly string[]): Promise<number> {
  const isVerbose = args.includes('--verbose')
  const progress = new ProgressLine(process.stderr)
  const interrupt = new AbortController()
  const onSignal = () => {
    // A second time means now.
    if (interrupt.signal.aborted) process.exit(exitCode.cancelled)
    progress.line('Cancelling; what is finished is kept. Once more ends at once.')
    interrupt.abort()
    stillWaiting = setTimeout(
      () => progress.line('Still waiting for the step that is on. Once more ends at once.'),
      longStepMs,
    )
  }
  let stillWaiting: NodeJS.Timeout | undefined
  const terminate = new AbortController()
  const onTerminate = () => {
    if (terminate.signal.aborted) return
    const at = performance.now()
    progress.line('Told to end; saving what there is.')
    terminate.abort()
    const end = (what: string) => {
      progress.line(`${what} after ${((performance.now() - at) / 1000).toFixed(1)} s.`)
      process.exit(exitCode.terminated)
    }
    setTimeout(
      () => end('Ended before the last step was saved, with what was saved earlier,'),
      terminateLimitMs,
    )
    whenTerminated = () => end('Ended')
  }
  let whenTerminated = () => {}
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onTerminate)
  try {
    const extensions = await extensionsIn(args)
    const commands = commandsNow()
    const parsed = parseArguments(args, commands)
    if (parsed.flags.has('help')) {
      process.stdout.write(`${helpText(commands, parsed.command.name)}\n`)
      return exitCode.done
    }
    return await runCommand(parsed, {
      folders: programFolders(),
      extensions,
      progress,
      signal: interrupt.signal,
      terminated: terminate.signal,
    })
  } catch (error) {
    progress.clear()
    const code = report(error, isVerbose)
    const isCancelled = interrupt.signal.aborted && isSilentFolder(error)
    return isCancelled ? exitCode.cancelled : code
  } finally {
    clearTimeout(stillWaiting)
    process.off('SIGINT', onSignal)
    whenTerminated()
    process.off('SIGTERM', onTerminate)
  }
}

/** The wait for it was ended by whoever cancelled. */
const isSilentFolder = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'folderSilent'

/** A step that takes longer after a cancellation is one that a person wonders about. */
const longStepMs = 3_000

/** A program that is told to end has ended by then, in the middle if need be. */
const terminateLimitMs = 1900

interface Circumstances {
  readonly folders: ProgramFolders
  readonly extensions: readonly Extension[]
  readonly progress: ProgressLine
  /** To end soon, with what there is as the result. */
  readonly signal: AbortSignal
  /** To end at once, in a way that can be gone on with. */
  readonly terminated: AbortSignal
}

async function runCommand(parsed: ParsedCommand, circumstances: Circumstances): Promise<number> {
  const { folders, progress, signal } = circumstances
  const print = (text: string) => process.stdout.write(`${text}\n`)
  const json = (value: unknown) => print(finiteJson('The answer', value, 2))
  const isJson = parsed.flags.has('json')
  const taking = { folders, note: (text: string) => progress.line(text) }
  switch (parsed.command.name) {
    case 'train': {
      const checked = await checkTrainArguments(parsed, taking)
      const { version } = folders
      return inOut(checked.out, async (place) => {
        const job = await enterRun(place, checked, { version, progress })
        const kept = workFolder(place.state)
        const outcome = await inSession(circumstances, kept, (session) =>
          runTrain(session, {
            ...{ place, job, version },
            namesLabels: checked.namesLabels,
            followsLinks: checked.followsLinks,
            isCompact: checked.isCompact,
            map: checked.map,
            backend: checked.request.backend,
          }),
        )
        if (outcome === 'terminated' || outcome === null) return codeWithout(outcome)
        // Only now nothing in it is open any more.
        await place.discard()
        if (isJson) json({ ...outcome.metrics, out: outcome.out })
        else print(summaryText(outcome))
        return outcome.isCancelled ? exitCode.cancelled : exitCode.done
      })
    }
    case 'sweep': {
      const checked = await checkSweepArguments(parsed, taking)
      return inOut(checked.out, async () => {
        const outcome = await inSession(circumstances, undefined, (session) =>
          runSweep(session, checked),
        )
        if (outcome === 'terminated' || outcome === null) return codeWithout(outcome)
        if (isJson) json({ ...outcome.state, out: outcome.out })
        else print(sweepText(outcome))
        if (signal.aborted) return exitCode.cancelled
        return outcome.state.rows.some((row) => row.status === 'finished')
          ? exitCode.done
          : exitCode.failed
      })
    }
    case 'find': {
      const checked = await checkFindArguments(parsed, taking)
      return inOut(checked.out, async () => {
        const outcome = await inSession(circumstances, undefined, (session) =>
          runFind(session, checked),
        )
        if (outcome === 'terminated' || outcome === null) return codeWithout(outcome)
        if (isJson) json(outcome)
        else print(findText(outcome))
        return exitCode.done
      })
    }
    case 'embed': {
      const checked = await checkEmbedArguments(parsed, taking)
      const outcome = await inSession(circumstances, undefined, (session) =>
        runEmbed(session, checked),
      )
      if (outcome === 'terminated' || outcome === null) return codeWithout(outcome)
      if (isJson) json(outcome)
      else {
        print(
          `${countOf(outcome.rows, 'image')} with ${outcome.embeddingSize} numbers each${outcome.views === undefined ? '' : `, the mean of ${outcome.views} views`} in ${outcome.out}`,
        )
        for (const note of outcome.notes) print(exportNoteText(note))
      }
      return exitCode.done
    }
    case 'export': {
      const checked = await checkExportArguments(parsed)
      const { terminated } = circumstances
      const written = await runExport(checked, progress, AbortSignal.any([signal, terminated]))
      if (written === null) return terminated.aborted ? exitCode.terminated : exitCode.cancelled
      if (isJson) json(written)
      else {
        const { rows, dimension, files, notes } = written
        print(`${countOf(rows, 'image')} with ${dimension} numbers each in ${files.join(', ')}`)
        for (const note of notes) print(exportNoteText(note))
      }
      return exitCode.done
    }
    case 'export-model': {
      const checked = await checkExportModelArguments(parsed, taking)
      const { terminated } = circumstances
      const ended = AbortSignal.any([signal, terminated])
      const written = await runExportModel(checked, folders, progress, ended)
      if (written === null) return terminated.aborted ? exitCode.terminated : exitCode.cancelled
      if (isJson) json(written)
      else print(exportedModelText(written))
      return exitCode.done
    }
    case 'predict': {
      const checked = await checkPredictArguments(parsed, taking)
      const outcome = await inSession(circumstances, undefined, (session) =>
        runPredict(session, checked),
      )
      if (outcome === 'terminated' || outcome === null) return codeWithout(outcome)
      if (isJson) json(outcome)
      else print(predictText(outcome))
      return exitCode.done
    }
    case 'search': {
      const checked = await checkSearchArguments(parsed, taking)
      const outcome = await inSession(circumstances, undefined, (session) =>
        runSearch(session, checked),
      )
      if (outcome === 'terminated' || outcome === null) return codeWithout(outcome)
      if (isJson) json(outcome)
      else print(searchResultText(outcome))
      return exitCode.done
    }
    case 'serve': {
      const checked = await checkServeArguments(parsed, taking)
      const { terminated } = circumstances
      // It ends by itself where it is told to.
      const outcome = await inSession(
        { ...circumstances, terminated: never },
        undefined,
        (session) => runServe(session, checked, { folders, terminated, print }),
      )
      if (terminated.aborted) return exitCode.terminated
      return outcome === null ? exitCode.cancelled : exitCode.done
    }
    case 'version':
      if (isJson) json({ version: folders.version })
      else print(`Semblance ${folders.version}`)
      return exitCode.done
    default:
      print(helpText(commandsNow()))
      return exitCode.done
  }
}

const never = new AbortController().signal

const codeWithout = (outcome: 'terminated' | null): number =>
  outcome === null ? exitCode.cancelled : exitCode.terminated

/** Works in a folder for results that this process alone writes to. */
async function inOut(out: string, work: (place: OutFolder) => Promise<number>): Promise<number> {
  const place = await holdOut(out)
  try {
    return await work(place)
  } finally {
    await place.release()
  }
}

/** @param kept folder of a state that stays; absent: a temporary one */
async function inSession<Outcome>(
  { folders, extensions, progress, signal, terminated }: Circumstances,
  kept: string | undefined,
  work: (session: Session) => Promise<Outcome>,
): Promise<Outcome | 'terminated'> {
  const session = await openSession({ ...folders, extensions }, progress, signal, kept)
  try {
    const done = work(session)
    // What it says once the session is closed under it is of no interest.
    done.catch(() => {})
    return await Promise.race([done, whenAborted(terminated)])
  } finally {
    await session.close()
  }
}

function whenAborted(signal: AbortSignal): Promise<'terminated'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('terminated')
    signal.addEventListener('abort', () => resolve('terminated'))
  })
}

function report(error: unknown, isVerbose: boolean): number {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`semblance: ${message}\n`)
  if (error instanceof UsageError) {
    process.stderr.write('All options: npm start -- help\n')
    return exitCode.usage
  }
  if (isVerbose && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`)
    if (error.cause instanceof Error) process.stderr.write(`${error.cause.stack ?? ''}\n`)
  }
  return error instanceof AppError && error.code === 'invalidInput'
    ? exitCode.usage
    : exitCode.failed
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
  // A native library may keep the process from ending by itself; what matters is written.
  setTimeout(() => void endWhereUnanswered().then(() => process.exit(code)), 2000).unref()
})
