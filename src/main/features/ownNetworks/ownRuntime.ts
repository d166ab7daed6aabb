import { OnnxRuntime } from '../../onnx/onnxRuntime'
import type { StartProcess } from '../../processes/startProcess'
import type { OpenOwnSession } from './ownSession'

/** Where the process of ONNX Runtime is found and started. */
export interface OwnRuntimePlace {
  readonly workersFolder: string
  readonly projectFolder: string
  /** Absent: as a child of this process, which is Node's. */
  readonly startProcess?: StartProcess | undefined
}

/** ONNX Runtime for networks of a person's own; starts with the first that is opened. */
export function startOwnRuntime(place: OwnRuntimePlace): {
  readonly open: OpenOwnSession
  readonly dispose: () => void
} {
  const runtime = new OnnxRuntime(place)
  return { open: (request) => runtime.open(request), dispose: () => runtime.dispose() }
}
