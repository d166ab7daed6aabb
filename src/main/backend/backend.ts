import type { MatrixProduct } from '../../core/math/product'
import type { NetworkOperations } from '../../core/network/networkOperations'
import type { BackendReport } from '../../shared/model/training'

export type BackendChoice = 'auto' | BackendReport['name']

export interface BackendOptions {
  readonly preferred: BackendChoice
  /** Threads of the WASM kernels; absent: one for each core. */
  readonly threads?: number
  /** The folder of the built workers, for instance `out/main/workers`. */
  readonly workersFolder: string
  /** The folder that holds `resources` and `node_modules`. */
  readonly projectFolder: string
}

/** What the heavy arithmetic of this thread runs on. */
export interface Backend {
  readonly report: BackendReport
  readonly operations: NetworkOperations
  readonly product: MatrixProduct
  dispose(): void
}

/** One way to run: starts or throws an Error whose message is the reason a person is told. */
export type BackendStart = (options: BackendOptions) => Promise<StartedBackend>

export interface StartedBackend {
  readonly description: string
  readonly gpu: boolean
  readonly threads: number
  readonly operations: NetworkOperations
  dispose(): void
}
