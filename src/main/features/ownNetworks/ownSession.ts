/** A network in ONNX Runtime. */
export interface OwnSession {
  run(
    input: Float32Array,
    dims: readonly number[],
  ): Promise<readonly { readonly data: Float32Array; readonly dims: readonly number[] }[]>
  dispose(): void
}

/** Opens a network whose weights lie in files of a folder. */
export type OpenOwnSession = (request: {
  readonly model: Uint8Array
  readonly weightsFolder: string
  readonly inputName: string
  readonly outputs: readonly string[]
}) => Promise<OwnSession>
