import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import {
  type NetworkOperations,
  type NormalizedBlock,
  normalizationEpsilon,
  type Pooling,
} from '../../core/network/networkOperations'
import { plainOperations } from '../../core/network/plainOperations'
import type { KernelMemory } from './kernelMemory'
import type { KernelPool } from './kernelPool'
import { type KernelExports, sumSlots } from './kernelPoolProtocol'
import { createWasmAdam } from './wasmAdam'

/** Channels that the kernels take at a time. */
const panel = 8
/** Pixels of a register tile, which may reach beyond the last of a row. */
const tile = 4

/**
 * Training operations on our WASM kernels, in the memory of the tensors, so that nothing is copied.
 * They take any picture size; channels must be multiples of 8 for outputs. What they do not take
 * goes to the plain operations.
 */
export function createWasmOperations(
  kernels: KernelExports,
  pool: KernelPool,
  memory: KernelMemory,
): NetworkOperations {
  const { addressOf, createTensor, view, scratch } = memory

  /** Rooms for padded pictures: the address of the first and the numbers of each. */
  const paddedPictures = (height: number, width: number, channels: number, rooms: number) => {
    const count = ((height + 2) * (width + 2) + tile) * channels + tile
    return [scratch('padded pictures', count * rooms), count] as const
  }

  const convolve = (
    x: Tensor4D,
    filter: Tensor4D,
    outputs: number,
    isTurned: boolean,
  ): Tensor4D => {
    const [batch, height, width, inputs] = x.shape
    const panels = scratch('filter panels', 9 * inputs * outputs)
    const [padded, paddedCount] = paddedPictures(height, width, inputs, pool.threads)
    const result = createTensor<Tensor4D>([batch, height, width, outputs])
    kernels.packFilter(addressOf(filter), panels, inputs, outputs, isTurned ? 1 : 0)
    pool.forEachImage(
      'convolve',
      batch,
      [
        ...[addressOf(x), panels, addressOf(result)],
        ...[height, width, inputs, outputs, padded, paddedCount],
      ],
      true,
    )
    return result
  }

  const filterGradient = (x: Tensor4D, gradient: Tensor4D): Tensor4D => {
    const [batch, height, width, inputs] = x.shape
    const outputs = gradient.shape[3]
    const partialCount = 3 * ((3 * inputs + 3) & ~3) * outputs
    const partials = scratch('partial filter gradients', partialCount * sumSlots)
    const [padded, paddedCount] = paddedPictures(height, width, inputs, sumSlots)
    const result = createTensor<Tensor4D>([3, 3, inputs, outputs])
    kernels.zero(partials, partialCount * sumSlots)
    pool.forEachPart('addFilterGradient', batch, [
      ...[addressOf(x), addressOf(gradient), partials],
      ...[height, width, inputs, outputs, padded, paddedCount],
    ])
    kernels.sumFilterGradients(partials, addressOf(result), sumSlots, inputs, outputs)
    return result
  }

  /** Adds up `[batch, 2, channels]` in float64. */
  const totals = (sums: number, batch: number, channels: number): Float64Array => {
    const numbers = view(sums, batch * 2 * channels)
    const result = new Float64Array(2 * channels)
    for (let image = 0, at = 0; image < batch; image++) {
      for (let i = 0; i < 2 * channels; i++, at++) result[i] = result[i]! + numbers[at]!
    }
    return result
  }

  const activate = (x: Tensor4D, scale: Tensor1D, shift: Tensor1D, pooling: Pooling) => {
    const [batch, height, width, channels] = x.shape
    const isMaximum = pooling === 'maximum'
    const result = createTensor<Tensor4D | Tensor2D>(
      isMaximum
        ? [batch, Math.floor(height / 2), Math.floor(width / 2), channels]
        : [batch, channels],
    )
    pool.forEachImage('activateBlock', batch, [
      ...[x, scale, shift, result].map(addressOf),
      ...[height, width, channels, isMaximum ? 1 : 0],
    ])
    return result
  }

  const normalizedBlock = (
    x: Tensor4D,
    scale: Tensor1D,
    offset: Tensor1D,
    pooling: Pooling,
  ): NormalizedBlock => {
    const [batch, height, width, channels] = x.shape
    const count = batch * height * width
    const sums = scratch('channel sums', batch * 2 * channels)
    const pivots = scratch('pivots', channels)
    // Any value of the channel will do; the first is at hand.
    view(pivots, channels).set(view(addressOf(x), channels))
    pool.forEachImage('sumChannels', batch, [addressOf(x), pivots, sums, height * width, channels])
    const [mean, variance, factor, shift] = [0, 1, 2, 3].map(() =>
      createTensor<Tensor1D>([channels]),
    )
    const inverse = new Float64Array(channels)
    {
      const total = totals(sums, batch, channels)
      const numbers = (tensor: Tensor) => view(addressOf(tensor), channels)
      const [means, variances, factors, shifts] = [mean!, variance!, factor!, shift!].map(numbers)
      const [scales, offsets, pivot] = [numbers(scale), numbers(offset), view(pivots, channels)]
      for (let c = 0; c < channels; c++) {
        const fromPivot = total[c]! / count
        const biased = Math.max(0, total[channels + c]! / count - fromPivot * fromPivot)
        const center = pivot[c]! + fromPivot
        inverse[c] = 1 / Math.sqrt(biased + normalizationEpsilon)
        means![c] = center
        variances![c] = biased * (count / Math.max(1, count - 1))
        factors![c] = scales[c]! * inverse[c]!
        shifts![c] = offsets[c]! - center * factors![c]!
      }
    }
    return {
      value: activate(x, factor!, shift!, pooling),
      mean: mean!,
      variance: variance!,
      backward(gradient) {
        const ofX = createTensor<Tensor4D>(x.shape)
        const ofScale = createTensor<Tensor1D>([channels])
        const ofOffset = createTensor<Tensor1D>([channels])
        const gradientSums = scratch('channel sums', batch * 2 * channels)
        const weights = scratch('propagation factors', 3 * channels)
        const affine = [x, factor!, shift!].map(addressOf)
        const shape = [height, width, channels, pooling === 'maximum' ? 1 : 0]
        pool.forEachImage('sumBlockGradients', batch, [
          ...affine,
          ...[addressOf(mean!), addressOf(gradient), gradientSums],
          ...shape,
        ])
        const total = totals(gradientSums, batch, channels)
        const numbers = (tensor: Tensor) => view(addressOf(tensor), channels)
        const [scales, offsets, factors, means] = [
          numbers(ofScale),
          numbers(ofOffset),
          numbers(factor!),
          numbers(mean!),
        ]
        const propagation = view(weights, 3 * channels)
        for (let c = 0; c < channels; c++) {
          const sum = total[c]!
          const product = total[channels + c]! * inverse[c]!
          offsets[c] = sum
          scales[c] = product
          const ofValue = (-factors[c]! * inverse[c]! * product) / count
          propagation[c] = factors[c]!
          propagation[channels + c] = ofValue
          propagation[2 * channels + c] = (-factors[c]! * sum) / count - ofValue * means[c]!
        }
        pool.forEachImage('propagateBlock', batch, [
          ...affine,
          ...[addressOf(gradient), weights, addressOf(ofX)],
          ...shape,
        ])
        return { x: ofX, scale: ofScale, offset: ofOffset }
      },
    }
  }

  const isPanel = (channels: number) => channels > 0 && channels % panel === 0
  const plain = plainOperations
  return {
    name: `wasm kernels, ${pool.threads} ${pool.threads === 1 ? 'thread' : 'threads'}`,
    convolution: (x, filter) =>
      isPanel(filter.shape[3])
        ? convolve(x, filter, filter.shape[3], false)
        : plain.convolution(x, filter),
    convolutionInputGradient: (gradient, filter) =>
      isPanel(filter.shape[2])
        ? convolve(gradient, filter, filter.shape[2], true)
        : plain.convolutionInputGradient(gradient, filter),
    convolutionFilterGradient: (x, gradient) =>
      isPanel(gradient.shape[3])
        ? filterGradient(x, gradient)
        : plain.convolutionFilterGradient(x, gradient),
    normalizedBlock: (x, scale, offset, pooling) =>
      isPanel(x.shape[3])
        ? normalizedBlock(x, scale, offset, pooling)
        : plain.normalizedBlock(x, scale, offset, pooling),
    inferenceBlock(x, parameters, pooling) {
      const channels = x.shape[3]
      if (!isPanel(channels)) return plain.inferenceBlock(x, parameters, pooling)
      const factor = createTensor<Tensor1D>([channels])
      const shift = createTensor<Tensor1D>([channels])
      const numbers = (tensor: Tensor) => view(addressOf(tensor), channels)
      const [factors, shifts] = [numbers(factor), numbers(shift)]
      const [scale, offset] = [numbers(parameters.scale), numbers(parameters.offset)]
      const [mean, variance] = [numbers(parameters.mean), numbers(parameters.variance)]
      for (let c = 0; c < channels; c++) {
        factors[c] = scale[c]! / Math.sqrt(variance[c]! + normalizationEpsilon)
        shifts[c] = offset[c]! - mean[c]! * factors[c]!
      }
      const result = activate(x, factor, shift, pooling)
      factor.dispose()
      shift.dispose()
      return result
    },
    rectifierGradient: plain.rectifierGradient,
    createAdam: (parameters) => createWasmAdam(kernels, memory, parameters),
  }
}
