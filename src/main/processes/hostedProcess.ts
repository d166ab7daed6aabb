import type { WorkerPort } from './workerPort'
import type { ProcessRequest, StartProcess, StartedProcess } from './startProcess'

/** A worker asks the thread that started it for a process, as only that one can start it. */
interface StartProcessMessage {
  readonly kind: 'startProcess'
  /** By which the worker names it from then on. */
  readonly id: number
  readonly request: ProcessRequest
}

interface EndProcessMessage {
  readonly kind: 'killProcess'
  readonly id: number
}

export interface ProcessEndedMessage {
  readonly kind: 'processEnded'
  readonly id: number
  readonly how: string
}

/** In a worker: processes that the thread which started the worker starts and watches for it. */
export function startHostedProcess(port: WorkerPort): StartProcess {
  const waiting = new Map<number, (how: string) => void>()
  let ids = 0
  port.on('message', (message: ProcessEndedMessage | { readonly kind: string }) => {
    if (message.kind !== 'processEnded') return
    const { id, how } = message as ProcessEndedMessage
    waiting.get(id)?.(how)
    waiting.delete(id)
  })
  return (request) => {
    const id = ++ids
    const ended = new Promise<string>((resolve) => waiting.set(id, resolve))
    port.postMessage({ kind: 'startProcess', id, request } satisfies StartProcessMessage)
    return {
      ended,
      kill: () => port.postMessage({ kind: 'killProcess', id } satisfies EndProcessMessage),
    }
  }
}

/** In the thread that started a worker: does what the worker asks for in this. */
export class ProcessHost {
  private readonly running = new Map<number, StartedProcess>()

  constructor(
    private readonly start: StartProcess,
    private readonly post: (message: ProcessEndedMessage) => void,
  ) {}

  /** Whether the message was meant for it. */
  takes(message: unknown): boolean {
    const { kind, id } = message as StartProcessMessage | EndProcessMessage
    if (kind === 'killProcess') this.running.get(id)?.kill()
    else if (kind === 'startProcess') {
      const started = this.start((message as StartProcessMessage).request)
      this.running.set(id, started)
      void started.ended.then((how) => {
        this.running.delete(id)
        this.post({ kind: 'processEnded', id, how })
      })
    } else return false
    return true
  }

  /** Ends all of them. */
  killAll(): void {
    for (const started of this.running.values()) started.kill()
  }
}
