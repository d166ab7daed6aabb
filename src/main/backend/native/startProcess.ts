import { spawn } from 'node:child_process'

/** A program of ours that runs in a process of its own. */
export interface ProcessRequest {
  /** The built file, for instance `out/main/workers/native.js`. */
  readonly file: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export interface StartedProcess {
  /** Resolves with how it ended, for instance `signal SIGKILL`; never rejects. */
  readonly ended: Promise<string>
  /** Ends it at once, in the middle of whatever it does. */
  kill(): void
}

export type StartProcess = (request: ProcessRequest) => StartedProcess

/** As a child process of Node, which the command line and the tests run in. */
export const startNodeProcess: StartProcess = ({ file, arguments: args, environment }) => {
  const child = spawn(process.execPath, [file, ...args], {
    env: environment,
    // What the library prints goes where it went from this process.
    stdio: ['ignore', 'ignore', 'inherit'],
    windowsHide: true,
  })
  const kill = () => void child.kill('SIGKILL')
  // One that hangs does not see its connection end.
  process.once('exit', kill)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      process.removeListener('exit', kill)
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`)
    })
  })
  return { ended, kill }
}
