import type { OnnxNumbers, OnnxOutput, OnnxProvider, OnnxTensorInfo } from './calls'

/** A network that is ready. */
export interface OnnxSession {
  readonly provider: OnnxProvider
  /** Why not the better ones. */
  readonly rejected: readonly { readonly name: OnnxProvider; readonly reason: string }[]
  readonly inputs: readonly OnnxTensorInfo[]
  readonly outputs: readonly OnnxTensorInfo[]
  /**
   * What was asked for, of one input of these dimensions; calls wait their turn, and the numbers
   * must not change until the answer. Where the process of the library ends meanwhile, it is started
   * once more and the run repeated.
   * @throws AppError outOfMemory; modelUnreadable with what the library says of the input;
   *   backendLost where the process ended twice
   */
  run(input: Float32Array | OnnxNumbers, dims: readonly number[]): Promise<readonly OnnxOutput[]>
  dispose(): void
}
