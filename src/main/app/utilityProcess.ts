import { utilityProcess } from 'electron'
import type { HearingProcess, ProcessRequest } from '../processes/startProcess'

/** As Electron's process for services, which runs without the fuse that lets it pass for Node. */
export function startUtilityProcess(
  { name, file, arguments: args, environment }: ProcessRequest,
  onMessage?: (message: unknown) => void,
): HearingProcess {
  const child = utilityProcess.fork(file, [...args], {
    env: environment,
    stdio: 'inherit',
    serviceName: `Semblance ${name}`,
    // On macOS a library is not signed by who signs the program.
    allowLoadingUnsignedLibraries: true,
  })
  if (onMessage !== undefined) child.on('message', onMessage)
  const ended = new Promise<string>((resolve) =>
    child.once('exit', (code) => resolve(`exit code ${code}`)),
  )
  return {
    ended,
    post: (message) => child.postMessage(message),
    kill() {
      // Gently first would wait for a library that is in the middle of its work.
      try {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      } catch {
        // It ended by itself, which is told a moment after it is so.
      }
    },
  }
}
