import type { WorkerPort } from './workerPort'
import type { ProcessRequest, StartProcess, StartedProcess } from './startProcess'

/** A worker asks the thread that started it for a process, as only that one can start it. */
interface StartProcessMessage {
  readonly kind: 'startProcess'
  readonly request: ProcessRequest
}

interface EndProcessMessage {
  readonly kind: 'killProcess'
}

export interface ProcessEndedMessage {
  readonly kind: 'processEnded'
  readonly how: string
}

/** In a worker: a process that the thread which started the worker starts and watches for it. */
export const startHostedProcess =
  (port: WorkerPort): StartProcess =>
  (request) => {
    const ended = new Promise<string>((resolve) => {
      port.on('message', (message: ProcessEndedMessage | { readonly kind: string }) => {
        if (message.kind === 'processEnded') resolve((message as ProcessEndedMessage).how)
      })
    })
    port.postMessage({ kind: 'startProcess', request } satisfies StartProcessMessage)
    return {
      ended,
      kill: () => port.postMessage({ kind: 'killProcess' } satisfies EndProcessMessage),
    }
  }

/** In the thread that started a worker: does what the worker asks for in this. */
export class ProcessHost {
  private process: StartedProcess | null = null

  constructor(
    private readonly start: StartProcess,
    private readonly post: (message: ProcessEndedMessage) => void,
  ) {}

  /** Whether the message was meant for it. */
  takes(message: unknown): boolean {
    const { kind } = message as StartProcessMessage | EndProcessMessage
    if (kind === 'killProcess') this.kill()
    else if (kind === 'startProcess') {
      this.kill()
      const started = this.start((message as StartProcessMessage).request)
      this.process = started
      void started.ended.then((how) => this.post({ kind: 'processEnded', how }))
    } else return false
    return true
  }

  kill(): void {
    this.process?.kill()
    this.process = null
  }
}
