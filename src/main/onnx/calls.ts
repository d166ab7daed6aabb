/** Where ONNX Runtime computes: the processor, or what an accelerator's library offers. */
export type OnnxProvider = 'cpu' | 'cuda' | 'dml' | 'coreml'

/** Numbers as a network takes them; float16 as the 16 bits of each number. */
export type OnnxNumbers =
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'uint8'; readonly data: Uint8Array }
  | { readonly type: 'float16'; readonly bits: Uint16Array }

/** What a network gives: always float32, whatever it computes in. */
export interface OnnxOutput {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** An input or output as the file describes it. */
export interface OnnxTensorInfo {
  readonly name: string
  /** For instance `float32`; `unknown` where it is no tensor. */
  readonly type: string
  /** A name stands for a size that the file leaves open. */
  readonly shape: readonly (number | string)[]
}

/** A network as bytes, or as the path of its file, beside which its data may lie. */
export type OnnxModel = Uint8Array | string

/** What a thread asks of the process that holds ONNX Runtime. */
export interface OnnxCalls {
  /** Loads the library; the first call. */
  start(input: { readonly projectFolder: string; readonly threads: number | null }): {
    readonly version: string
    /** Those that this machine may have, the processor last. */
    readonly providers: readonly OnnxProvider[]
  }
  open(input: {
    readonly id: number
    readonly model: OnnxModel
    /** Of the files that hold weights of a model given as bytes; null: all are in it. */
    readonly weightsFolder: string | null
    readonly provider: OnnxProvider
  }): Promise<{
    readonly inputs: readonly OnnxTensorInfo[]
    readonly outputs: readonly OnnxTensorInfo[]
  }>
  run(input: {
    readonly id: number
    readonly inputName: string
    readonly outputs: readonly string[]
    readonly numbers: OnnxNumbers
    readonly dims: readonly number[]
  }): Promise<readonly OnnxOutput[]>
  close(input: { readonly id: number }): Promise<void>
}

export type OnnxCallName = keyof OnnxCalls
export type OnnxInput<Name extends OnnxCallName> = Parameters<OnnxCalls[Name]>[0]
export type OnnxResult<Name extends OnnxCallName> = Awaited<ReturnType<OnnxCalls[Name]>>

export interface OnnxRequest {
  readonly name: OnnxCallName
  readonly input: unknown
}
