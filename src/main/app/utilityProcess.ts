import { utilityProcess } from 'electron'
import type { StartProcess } from '../backend/native/startProcess'

/** As Electron's process for services, which runs without the fuse that lets it pass for Node. */
export const startUtilityProcess: StartProcess = ({ file, arguments: args, environment }) => {
  const child = utilityProcess.fork(file, [...args], {
    env: environment,
    stdio: 'inherit',
    serviceName: 'Semblance TensorFlow',
    // On macOS the library is not signed by who signs the program.
    allowLoadingUnsignedLibraries: true,
  })
  const ended = new Promise<string>((resolve) =>
    child.once('exit', (code) => resolve(`exit code ${code}`)),
  )
  return {
    ended,
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
