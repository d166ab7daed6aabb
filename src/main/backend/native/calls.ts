import type { Matrix } from '../../../core/math/matrix'
import type { MatrixProduct } from '../../../core/math/product'
import type {
  ResidualNetworkOptions,
  SavedModel,
  StepSettings,
  TunedNetworkOptions,
} from '../../../core/network'
import type { GraphRequest, PictureGraph } from '../pictureGraph'

/** What is known of an object that lives in the process of the library. */
export type RemoteId = number

interface NativeStart {
  readonly description: string
  readonly gpu: boolean
  readonly threads: number
}

/** A factor of a product: its numbers, or what they are held under there. */
type Factor = Matrix | RemoteId

/** A stream of chance by its state, see `restoreRandom`. */
type RandomState = readonly number[]

/** What a thread asks of the process that the native TensorFlow library runs in. */
export interface NativeCalls {
  /** Loads the library; the first call. */
  start(input: { readonly projectFolder: string }): Promise<NativeStart>
  multiply(input: {
    readonly form: 'multiply' | 'multiplyTransposed' | 'transposedMultiply'
    readonly a: Matrix
    /** Null: `a` itself. */
    readonly b: Factor | null
  }): Matrix
  hold(input: { readonly id: RemoteId; readonly matrix: Matrix }): void
  linearHead(input: {
    readonly id: RemoteId
    readonly inputSize: number
    readonly embeddingSize: number
    readonly start: { readonly mean: Float32Array; readonly projection: Float32Array } | null
    readonly random: RandomState
    readonly dropout: number
  }): void
  smallNetwork(input: {
    readonly id: RemoteId
    readonly imageSizePx: number
    readonly embeddingSize: number
    readonly random: RandomState
  }): void
  residualNetwork(
    input: Omit<ResidualNetworkOptions, 'operations' | 'random'> & {
      readonly id: RemoteId
      readonly random: RandomState
    },
  ): void
  tunedNetwork(
    input: Omit<TunedNetworkOptions, 'operations' | 'random'> & {
      readonly id: RemoteId
      readonly random: RandomState
    },
  ): void
  embed(input: {
    readonly id: RemoteId
    readonly batch: Float32Array
    readonly rows: number
  }): Float32Array
  beginStep(input: {
    readonly id: RemoteId
    readonly batch: Float32Array
    readonly rows: number
  }): Float32Array
  endStep(input: {
    readonly id: RemoteId
    readonly gradient: Float32Array | null
    readonly settings: StepSettings
  }): void
  snapshot(input: { readonly id: RemoteId }): SavedModel
  restore(input: { readonly id: RemoteId; readonly saved: SavedModel }): void
  weights(input: { readonly id: RemoteId }): readonly Float32Array[]
  assignWeights(input: { readonly id: RemoteId; readonly weights: readonly Float32Array[] }): void
  loadGraph(input: { readonly id: RemoteId; readonly request: GraphRequest }): Promise<void>
  runGraph(input: {
    readonly id: RemoteId
    readonly pixels: Uint8Array
    readonly n: number
  }): ReturnType<PictureGraph['run']>
  /** Lets go of a model, a graph or a held matrix. */
  dispose(input: { readonly id: RemoteId }): void
}

export type NativeCallName = keyof NativeCalls
export type InputOf<Name extends NativeCallName> = Parameters<NativeCalls[Name]>[0]
export type ResultOf<Name extends NativeCallName> = Awaited<ReturnType<NativeCalls[Name]>>

export interface NativeRequest {
  readonly name: NativeCallName
  readonly input: unknown
}

export type ProductForm = Exclude<keyof MatrixProduct, 'hold'>
