import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { type CalledProcess, ProcessLost, startCalledProcess } from '../processes/calledProcess'
import { type StartProcess, startNodeProcess } from '../processes/startProcess'
import type {
  OnnxCallName,
  OnnxInput,
  OnnxModel,
  OnnxNumbers,
  OnnxProvider,
  OnnxResult,
} from './calls'
import { chooseProvider, type OnnxTrial } from './chooseProvider'
import { findOnnxLibrary } from './library'
import type { OnnxSession } from './session'

export interface OnnxRuntimeOptions {
  /** The folder of the built workers, which has `onnx.js`. */
  readonly workersFolder: string
  /** The folder that holds `node_modules`. */
  readonly projectFolder: string
  /** Absent: as a child of this process, which is Node's. */
  readonly startProcess?: StartProcess | undefined
  /** Threads of a pass; absent: one for each core. */
  readonly threads?: number
}

export interface OnnxSessionRequest {
  /** Bytes, or the path of the file, beside which its data may lie. */
  readonly model: OnnxModel
  /** Of the files that hold weights of a model given as bytes; absent: all are in it. */
  readonly weightsFolder?: string
  readonly inputName: string
  /** Names of what a run gives, in this order. */
  readonly outputs: readonly string[]
  /**
   * `auto`: the fastest of what this machine has, by a trial, that gives what the processor gives;
   * without a trial the processor.
   */
  readonly provider?: OnnxProvider | 'auto'
  readonly trial?: () => OnnxTrial
}

/**
 * ONNX Runtime in a process of its own, which has all sessions of this thread: it starts with the
 * first, and again where it ended.
 */
export class OnnxRuntime {
  private process: Promise<Started> | null = null
  private ids = 0
  private isDisposed = false

  constructor(private readonly options: OnnxRuntimeOptions) {}

  /** The version of the library, without starting it. @throws AppError backendUnavailable */
  get version(): string {
    return this.find().version
  }

  /**
   * Loads a network.
   * @throws AppError backendUnavailable where the library is not here or does not start, with the
   *   reason; modelUnreadable where it refuses the network; outOfMemory
   */
  async open(request: OnnxSessionRequest): Promise<OnnxSession> {
    const { provider = 'auto', trial } = request
    const started = await this.start()
    if (provider !== 'auto') return this.openOn(request, provider, [])
    const { chosen, rejected } = await chooseProvider(
      trial === undefined ? ['cpu'] : started.providers,
      (candidate) => this.openOn(request, candidate, []),
      trial,
    )
    return { ...chosen, rejected }
  }

  /** Ends the process and with it all sessions. */
  dispose(): void {
    this.isDisposed = true
    void this.process?.then(
      ({ process }) => process.close(),
      () => {},
    )
    this.process = null
  }

  private async openOn(
    request: OnnxSessionRequest,
    provider: OnnxProvider,
    rejected: OnnxSession['rejected'],
  ): Promise<OnnxSession> {
    const { inputName, outputs, weightsFolder = null } = request
    const model = typeof request.model === 'string' ? request.model : plainBytes(request.model)
    const id = ++this.ids
    let home: Started | null = null
    let opening: Promise<OnnxResult<'open'>>
    const openedOn = (started: Started) => {
      if (home === started) return opening
      home = started
      opening = ask(started.process, 'open', { id, model, weightsFolder, provider })
      opening.catch(() => (home = null))
      return opening
    }
    const opened = await this.surviving(openedOn)
    return {
      provider,
      rejected,
      ...opened,
      run: (input, dims) =>
        this.surviving(async (started) => {
          await openedOn(started)
          const numbers: OnnxNumbers =
            input instanceof Float32Array ? { type: 'float32', data: input } : input
          return ask(started.process, 'run', { id, inputName, outputs, numbers, dims })
        }),
      dispose: () => {
        // One that has ended holds nothing any more.
        if (home !== null) void ask(home.process, 'close', { id }).catch(() => {})
      },
    }
  }

  /** Does `work`, once more on a new process where that of the first time was lost. */
  private async surviving<Result>(work: (started: Started) => Promise<Result>): Promise<Result> {
    let how = ''
    for (let attempt = 0; attempt < 2; attempt++) {
      const started = await this.start()
      try {
        return await work(started)
      } catch (error) {
        if (!(error instanceof ProcessLost)) throw error
        if (this.isDisposed) throw onnxLost('it was closed')
        how = await started.process.ended
        started.process.close()
      }
    }
    throw onnxLost(how)
  }

  private start(): Promise<Started> {
    if (this.isDisposed) return Promise.reject(onnxLost('it was closed'))
    const starting = (this.process ??= this.startNow())
    const forget = () => {
      if (this.process === starting) this.process = null
    }
    starting.then(({ process: process_ }) => process_.ended.then(forget), forget)
    return starting
  }

  private async startNow(): Promise<Started> {
    this.find()
    const { workersFolder, projectFolder, startProcess = startNodeProcess, threads } = this.options
    const file = join(workersFolder, 'onnx.js')
    if (!existsSync(file)) throw unavailable('its process is not built')
    let process_: CalledProcess | null = null
    try {
      process_ = await startCalledProcess({
        request: { name: 'ONNX Runtime', file, environment: process.env },
        startProcess,
        use: 'onnx',
      })
      const started = await ask(process_, 'start', { projectFolder, threads: threads ?? null })
      return { process: process_, ...started }
    } catch (error) {
      process_?.close()
      const how = error instanceof ProcessLost ? ((await process_?.ended) ?? error.message) : ''
      throw unavailable(
        error instanceof ProcessLost ? `its process ended (${how})` : reasonOf(error),
        error,
      )
    }
  }

  private find() {
    try {
      return findOnnxLibrary(this.options.projectFolder)
    } catch (error) {
      throw unavailable(reasonOf(error), error)
    }
  }
}

interface Started extends OnnxResult<'start'> {
  readonly process: CalledProcess
}

const ask = async <Name extends OnnxCallName>(
  process_: CalledProcess,
  name: Name,
  input: OnnxInput<Name>,
): Promise<OnnxResult<Name>> => (await process_.call({ name, input })) as OnnxResult<Name>

/** Without the class of a Buffer, which does not go over the wire. */
const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const reasonOf = (error: unknown): string => {
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return reason
}

const unavailable = (reason: string, cause?: unknown): AppError =>
  new AppError(
    'backendUnavailable',
    `ONNX Runtime cannot run here: ${reason}. Run the set-up again.`,
    { reason },
    cause,
  )

const onnxLost = (how: string): AppError =>
  new AppError(
    'backendLost',
    `The process of ONNX Runtime ended in the middle of its work (${how}). It may be a fault of the library, or memory was short.`,
    { how },
  )
