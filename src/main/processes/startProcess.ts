import { spawn } from 'node:child_process'

/** A program of ours that runs in a process of its own. */
export interface ProcessRequest {
  /** As a list of processes shows it. */
  readonly name: string
  /** The built file, for instance `out/main/workers/native.js`. */
  readonly file: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<NodeJS.ProcessEnv>
}

export interface StartedProcess {
  /** Resolves with how it ended, for instance `signal SIGKILL`; never rejects. */
  readonly ended: Promise<string>
  /** Ends it at once, in the middle of whatever it does. */
  kill(): void
}

/** A process that is spoken to by messages. */
export interface HearingProcess extends StartedProcess {
  /** One that has ended hears nothing. */
  post(message: unknown): void
}

export type StartProcess = (request: ProcessRequest) => StartedProcess

/** The program hears and answers by `processPort`. */
export type StartHearingProcess = (
  request: ProcessRequest,
  onMessage: (message: unknown) => void,
) => HearingProcess

const running = new Set<() => void>()
// One that hangs does not see its connection end.
const killAll = () => running.forEach((kill) => kill())

/** As a child process of Node, which the command line and the tests run in. */
export function startNodeProcess(
  { file, arguments: args, environment }: ProcessRequest,
  onMessage?: (message: unknown) => void,
): HearingProcess {
  const child = spawn(process.execPath, [file, ...args], {
    env: environment,
    // What a library prints goes where it went from this process.
    stdio: ['ignore', 'ignore', 'inherit', ...(onMessage === undefined ? [] : (['ipc'] as const))],
    // Typed arrays go as they are.
    serialization: 'advanced',
    windowsHide: true,
  })
  const kill = () => void child.kill('SIGKILL')
  if (running.size === 0) process.once('exit', killAll)
  running.add(kill)
  if (onMessage !== undefined) child.on('message', onMessage)
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      running.delete(kill)
      if (running.size === 0) process.removeListener('exit', killAll)
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`)
    })
  })
  const post = (message: unknown) => void child.send(message as object, () => {})
  return { ended, kill, post }
}
