import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { distances } from '../../core/distances'
import { losses } from '../../core/losses'
import { miners } from '../../core/miners'
import { reducers } from '../../core/reducers'
import { regularizers } from '../../core/regularizers'
import { AppError } from '../../shared/errors'
import { checkEmbedArguments, runEmbed } from './embed'
import { helpText } from './help'
import { commandsFor } from './options'
import { parseArguments, type ParsedCommand, UsageError } from './parse'
import { ProgressLine } from './progressLine'
import { openSession, type ProgramFolders, type Session } from './session'
import { checkSweepArguments, runSweep, sweepText } from './sweep'
import { checkTrainArguments, runTrain, summaryText } from './train'

/** Exit codes of the headless program. */
const exitCode = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const

const commands = commandsFor({
  losses: losses.names,
  miners: miners.names,
  distances: distances.names,
  reducers: reducers.names,
  regularizers: regularizers.names,
})

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
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const parsed = parseArguments(args, commands)
    if (parsed.flags.has('help')) {
      process.stdout.write(`${helpText(commands, parsed.command.name)}\n`)
      return exitCode.done
    }
    return await runCommand(parsed, programFolders(), progress, interrupt.signal)
  } catch (error) {
    progress.clear()
    return report(error, isVerbose)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

async function runCommand(
  parsed: ParsedCommand,
  folders: ProgramFolders,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<number> {
  const print = (text: string) => process.stdout.write(`${text}\n`)
  const json = (value: unknown) => print(JSON.stringify(value, null, 2))
  const isJson = parsed.flags.has('json')
  switch (parsed.command.name) {
    case 'train': {
      const checked = await checkTrainArguments(parsed)
      return inSession(folders, progress, signal, async (session) => {
        const outcome = await runTrain(session, checked, folders.version)
        if (outcome === null) return exitCode.cancelled
        if (isJson) json({ ...outcome.metrics, out: outcome.out })
        else print(summaryText(outcome))
        return outcome.isCancelled ? exitCode.cancelled : exitCode.done
      })
    }
    case 'sweep': {
      const checked = await checkSweepArguments(parsed)
      return inSession(folders, progress, signal, async (session) => {
        const outcome = await runSweep(session, checked)
        if (outcome === null) return exitCode.cancelled
        if (isJson) json({ ...outcome.state, out: outcome.out })
        else print(sweepText(outcome))
        if (signal.aborted) return exitCode.cancelled
        return outcome.state.rows.some((row) => row.status === 'finished')
          ? exitCode.done
          : exitCode.failed
      })
    }
    case 'embed': {
      const checked = await checkEmbedArguments(parsed)
      return inSession(folders, progress, signal, async (session) => {
        const outcome = await runEmbed(session, checked)
        if (outcome === null) return exitCode.cancelled
        if (isJson) json(outcome)
        else {
          print(
            `${outcome.rows} images with ${outcome.embeddingSize} numbers each in ${outcome.out}`,
          )
        }
        return exitCode.done
      })
    }
    case 'version':
      if (isJson) json({ version: folders.version })
      else print(`Semblance ${folders.version}`)
      return exitCode.done
    default:
      print(helpText(commands))
      return exitCode.done
  }
}

async function inSession(
  folders: ProgramFolders,
  progress: ProgressLine,
  signal: AbortSignal,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const session = await openSession(folders, progress, signal)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
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
  setTimeout(() => process.exit(code), 2000).unref()
})
