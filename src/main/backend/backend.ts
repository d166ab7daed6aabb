import type { MatrixProduct } from '../../core/math/product'
import type { Models } from '../../core/network'
import type { NetworkOperations } from '../../core/network/networkOperations'
import type { BackendChoice, BackendReport, FeaturesReport } from '../../shared/model/training'
import type { LoadGraph } from './pictureGraph'
import type { StartProcess } from '../processes/startProcess'

export interface BackendOptions {
  readonly preferred: BackendChoice
  /** Threads of the WASM kernels; absent: one for each core. */
  readonly threads?: number
  /** The folder of the built workers, for instance `out/main/workers`. */
  readonly workersFolder: string
  /** The folder that holds `resources` and `node_modules`. */
  readonly projectFolder: string
  /** Starts the process of the native library; absent: as a child of this one, which is Node's. */
  readonly startProcess?: StartProcess
  /** Told what a network with fixed weights runs on, once one was loaded. */
  readonly onFeatures?: (report: FeaturesReport) => void
}

/** What the heavy arithmetic of this thread runs on. */
export interface Backend {
  readonly report: BackendReport
  readonly models: Models
  readonly product: MatrixProduct
  /** A network with fixed weights that takes pictures. */
  readonly loadGraph: LoadGraph
  /** Of a backend with a process of its own: resolves with how that ended. */
  readonly ended?: Promise<string>
  dispose(): void
}

/** One way to run: starts or throws an Error whose message is the reason a person is told. */
export type BackendStart = (options: BackendOptions) => Promise<StartedBackend>

interface StartedBackend extends Omit<Backend, 'report'> {
  readonly description: string
  readonly gpu: boolean
  readonly threads: number
}

/** The operations of one way to run in this thread. */
export interface StartedOperations {
  readonly description: string
  readonly gpu: boolean
  readonly threads: number
  readonly operations: NetworkOperations
  dispose(): void
}
