import * as tf from '@tensorflow/tfjs-core'
import {
  type NetworkOperations,
  normalizationEpsilon,
  type Pooling,
} from '../../core/network/networkOperations'
import { plainOperations } from '../../core/network/plainOperations'
import { createNativeAdam } from './nativeAdam'
import { attributesFor, type NativeBackend } from './nativeBinding'

/**
 * Training operations as fused operations of the TensorFlow library. What tensorflow.js spells out
 * in some twenty operations (batch normalisation, the gradient of a rectifier, Adam) is one here.
 *
 * `pooling`: 'argmax' remembers where each maximum was, which on a CPU spares the slow search of
 * MaxPoolGrad; 'plain' is the pair that every device has.
 */
export function createNativeOperations(
  backend: NativeBackend,
  pooling: 'argmax' | 'plain',
): NetworkOperations {
  const { binding } = backend
  const attribute = attributesFor(binding)
  const float = [attribute.type('T')]
  const normalization = [
    attribute.type('T'),
    attribute.type('U'),
    attribute.float('epsilon', normalizationEpsilon),
    attribute.text('data_format', 'NHWC'),
    attribute.flag('is_training', true),
  ]
  // Factor 1: the outputs for running averages are the statistics of this batch.
  const normalizationForward = [...normalization, attribute.float('exponential_avg_factor', 1)]
  const window = [
    attribute.type('T'),
    attribute.integers('ksize', [1, 2, 2, 1]),
    attribute.integers('strides', [1, 2, 2, 1]),
    attribute.text('padding', 'VALID'),
  ]
  const argmaxWindow = [...window, attribute.flag('include_batch_in_index', false)]
  const plainWindow = [...window, attribute.text('data_format', 'NHWC')]

  const reluGradient = (gradient: tf.Tensor, value: tf.Tensor) =>
    backend.executeSingleOutput('ReluGrad', float, [gradient, value])

  /** Forward and backward of the 2x2 maximum; the index stays int32, twice as fast forward. */
  const maximum = (x: tf.Tensor) => {
    if (pooling === 'plain') {
      const value = backend.executeSingleOutput('MaxPool', plainWindow, [x])
      return {
        value,
        backward: (gradient: tf.Tensor) =>
          backend.executeSingleOutput('MaxPoolGrad', plainWindow, [x, value, gradient]),
      }
    }
    const [value, index] = backend.executeMultipleOutputs(
      'MaxPoolWithArgmax',
      [...argmaxWindow, attribute.type('Targmax', binding.TF_INT32)],
      [x],
      2,
    ) as [tf.Tensor, tf.Tensor]
    return {
      value,
      backward: (gradient: tf.Tensor) => {
        // The gradient has no int32 kernel, and tensorflow.js has no int64 tensors.
        const [wide] = binding.executeOp(
          'Cast',
          [
            attribute.type('SrcT', binding.TF_INT32),
            attribute.type('DstT', binding.TF_INT64),
            attribute.flag('Truncate', false),
          ],
          backend.getInputTensorIds([index]),
          1,
        )
        try {
          const [result] = binding.executeOp(
            'MaxPoolGradWithArgmax',
            [...argmaxWindow, attribute.type('Targmax', binding.TF_INT64)],
            [...backend.getInputTensorIds([x, gradient]), wide!.id],
            1,
          )
          return backend.createOutputTensor(result!)
        } finally {
          binding.deleteTensor(wide!.id)
        }
      },
    }
  }

  /** Mean over the picture; its gradient is spread by the op meant for it, not by tiling. */
  const average = (x: tf.Tensor4D) => {
    const [batch, height, width, channels] = x.shape
    return {
      value: tf.mean<tf.Tensor2D>(x, [1, 2]),
      backward: (gradient: tf.Tensor) =>
        backend.executeSingleOutput(
          'BroadcastTo',
          [attribute.type('T'), attribute.type('Tidx', binding.TF_INT32)],
          [
            tf.reshape(tf.div(gradient, height * width), [batch, 1, 1, channels]),
            tf.tensor1d(x.shape, 'int32'),
          ],
        ),
    }
  }

  /** Pooling and rectifier; the maximum comes first, which leaves a quarter for the rectifier. */
  const poolAndActivate = (x: tf.Tensor4D, kind: Pooling) => {
    if (kind === 'maximum') {
      const pooled = maximum(x)
      const value = tf.relu(pooled.value) as tf.Tensor4D
      return {
        value,
        backward: (gradient: tf.Tensor) => pooled.backward(reluGradient(gradient, value)),
      }
    }
    const active = tf.relu(x)
    const { value, backward } = average(active)
    return {
      value,
      backward: (gradient: tf.Tensor) => reluGradient(backward(gradient), active),
    }
  }

  return {
    ...plainOperations,
    name: `tensorflow, ${pooling}`,
    convolutionInputGradient: (gradient, filter) => {
      const [batch, height, width] = gradient.shape
      const inputShape = [batch, height, width, filter.shape[2]]
      return tf.engine().runKernel(
        'Conv2DBackpropInput',
        { dy: gradient, filter },
        {
          ...convolutionAttributes,
          inputShape,
        },
      )
    },
    convolutionFilterGradient: (x, gradient) => {
      const filterShape = [3, 3, x.shape[3], gradient.shape[3]]
      return tf.engine().runKernel(
        'Conv2DBackpropFilter',
        { x, dy: gradient },
        {
          ...convolutionAttributes,
          filterShape,
        },
      )
    },
    normalizedBlock(x, scale, offset, kind) {
      const none = tf.zeros([0])
      const [normalized, mean, variance, ...reserved] = backend.executeMultipleOutputs(
        'FusedBatchNormV3',
        normalizationForward,
        [x, scale, offset, none, none],
        6,
      ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor, tf.Tensor, tf.Tensor]
      const { value, backward } = poolAndActivate(normalized, kind)
      return {
        value,
        mean,
        variance,
        backward: (gradient) =>
          tf.tidy(() => {
            const [ofX, ofScale, ofOffset] = backend.executeMultipleOutputs(
              'FusedBatchNormGradV3',
              normalization,
              [backward(gradient), x, scale, ...reserved],
              5,
            ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D]
            return { x: ofX, scale: ofScale, offset: ofOffset }
          }),
      }
    },
    rectifierGradient: <Map extends tf.Tensor>(gradient: Map, value: Map, limit: 6 | null) => {
      const name = limit === null ? 'ReluGrad' : 'Relu6Grad'
      return backend.executeSingleOutput(name, float, [gradient, value]) as Map
    },
    createAdam: (parameters) => createNativeAdam(backend, parameters),
  }
}

const convolutionAttributes = { strides: 1, pad: 'same', dataFormat: 'NHWC' } as const
