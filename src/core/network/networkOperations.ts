import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core'

/** What follows the normalisation of a block: 2x2 maximum, mean over the picture, or nothing. */
export type Pooling = 'maximum' | 'average'

export interface NormalizedBlock {
  /** `[batch, height / 2, width / 2, channels]` for 'maximum', `[batch, channels]` for 'average'. */
  readonly value: Tensor4D | Tensor2D
  /** Mean of each channel over batch and picture, `[channels]`. */
  readonly mean: Tensor1D
  /**
   * Variance of each channel over batch and picture, `[channels]`, corrected for the size of the
   * sample (divided by count - 1), as running averages take it.
   */
  readonly variance: Tensor1D
  /** Gradients of the loss, from that with respect to `value`; to be called once at most. */
  backward(gradient: Tensor4D | Tensor2D): {
    readonly x: Tensor4D
    readonly scale: Tensor1D
    readonly offset: Tensor1D
  }
}

interface AdamSettings {
  readonly learningRate: number
  /** Decoupled decay: before the step a decayed parameter is scaled by `1 - rate * decay`. */
  readonly weightDecay: number
}

/** State of the optimizer as plain numbers, in the order of the parameters. */
export interface AdamState {
  readonly step: number
  readonly first: readonly Float32Array[]
  readonly second: readonly Float32Array[]
}

/**
 * Adam (Kingma, Ba 2015) with beta1 = .9, beta2 = .999, epsilon = 1e-8 and, where asked for,
 * decoupled weight decay (Loshchilov, Hutter 2019), over a fixed list of parameters.
 */
export interface Adam {
  /** Changes the parameters in place; `gradients` are in the order of the parameters. */
  step(gradients: readonly Tensor[], settings: AdamSettings): void
  state(): AdamState
  restore(state: AdamState): void
  /** To be called after a parameter was assigned from outside. */
  parametersChanged(): void
  dispose(): void
}

export interface Parameter {
  readonly variable: Variable
  /** Whether weight decay applies: to filters and matrices, not to offsets and scales. */
  readonly isDecayed: boolean
}

/**
 * What a convolutional network needs forward and backward. `plainOperations` runs on any backend of
 * tensorflow.js and is the reference; the native and the WASM backend bring faster ones. Gradients
 * are spelled out, not taped: that needs no gradient registry and leaves nothing to guess about
 * memory. All tensors made belong to the caller's `tidy`.
 */
export interface NetworkOperations {
  readonly name: string
  /** 3x3 convolution, stride 1, zero padding to the same size. */
  convolution(x: Tensor4D, filter: Tensor4D): Tensor4D
  /** Gradient of the convolution with respect to its input. */
  convolutionInputGradient(gradient: Tensor4D, filter: Tensor4D): Tensor4D
  /** Gradient of the convolution with respect to its filter `[3, 3, inputs, outputs]`. */
  convolutionFilterGradient(x: Tensor4D, gradient: Tensor4D): Tensor4D
  /**
   * Batch normalisation by the statistics of the batch (Ioffe, Szegedy 2015), rectifier and
   * pooling: `pool(relu((x - mean) / sqrt(variance + epsilon) * scale + offset))`. Of equal maxima
   * the first, row by row, takes the gradient.
   */
  normalizedBlock(x: Tensor4D, scale: Tensor1D, offset: Tensor1D, pooling: Pooling): NormalizedBlock
  /** The same with given statistics, for inference. */
  inferenceBlock(
    x: Tensor4D,
    parameters: {
      readonly scale: Tensor1D
      readonly offset: Tensor1D
      readonly mean: Tensor1D
      readonly variance: Tensor1D
    },
    pooling: Pooling,
  ): Tensor4D | Tensor2D
  /** Gradient of `min(max(x, 0), limit)`, of which `value` is the result; limit 6 or none. */
  rectifierGradient<Map extends Tensor>(gradient: Map, value: Map, limit: 6 | null): Map
  createAdam(parameters: readonly Parameter[]): Adam
}

/** Added to the variance in batch normalisation. */
export const normalizationEpsilon = 1e-5
export const adamConstants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const
