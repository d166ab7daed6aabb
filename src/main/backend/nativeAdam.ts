import * as tf from '@tensorflow/tfjs-core'
import { type Adam, adamConstants, type Parameter } from '../../core/network/networkOperations'
import { numbersOf } from '../../core/network/plainAdam'
import { attributesFor, type NativeBackend } from './nativeBinding'

/** Names of resource variables are global to a context and must never meet. */
let namesGiven = 0

/**
 * Adam as one fused operation a parameter. Each parameter and its two moments also live as
 * TensorFlow variables that the operation updates in place; the tensorflow.js variable then takes
 * over the buffer without a copy.
 */
export function createNativeAdam(backend: NativeBackend, parameters: readonly Parameter[]): Adam {
  const { binding } = backend
  const attribute = attributesFor(binding)
  const dtype = [attribute.type('dtype')]
  const adamAttributes = [
    attribute.type('T'),
    attribute.flag('use_locking', false),
    attribute.flag('use_nesterov', false),
  ]

  const assign = (handle: tf.Tensor, value: tf.Tensor) =>
    void binding.executeOp('AssignVariableOp', dtype, backend.getInputTensorIds([handle, value]), 0)
  const read = (handle: tf.Tensor) => backend.executeSingleOutput('ReadVariableOp', dtype, [handle])
  const createHandle = (value: tf.Tensor) => {
    const handle = tf.keep(
      backend.executeSingleOutput(
        'VarHandleOp',
        [
          ...dtype,
          attribute.shape('shape', value.shape),
          attribute.text('container', ''),
          attribute.text('shared_name', `semblance/${namesGiven++}`),
        ],
        [],
      ),
    )
    assign(handle, value)
    return handle
  }
  const handles = tf.tidy(() =>
    parameters.map(({ variable }) => ({
      weight: createHandle(variable),
      first: createHandle(tf.zerosLike(variable)),
      second: createHandle(tf.zerosLike(variable)),
    })),
  )
  const { beta1, beta2, epsilon } = adamConstants
  const decays = [tf.keep(tf.scalar(beta1)), tf.keep(tf.scalar(beta2))]
  let step = 0

  /** Not through `tidy`, which looks for tensors among the numbers of an array it is given. */
  const numbersIn = (handle: Parameters<typeof read>[0]): Float32Array => {
    const tensor = read(handle)
    const numbers = numbersOf(tensor)
    tensor.dispose()
    return numbers
  }
  return {
    step(gradients, { learningRate, weightDecay }) {
      step++
      tf.tidy(() => {
        const rate = tf.scalar(learningRate)
        const powers = [tf.scalar(beta1 ** step), tf.scalar(beta2 ** step)]
        // The operation adds its epsilon to the uncorrected root; this makes it that of the paper.
        const correctedEpsilon = tf.scalar(epsilon * Math.sqrt(1 - beta2 ** step))
        parameters.forEach(({ variable, isDecayed }, index) => {
          const { weight, first, second } = handles[index]!
          if (isDecayed && weightDecay > 0) {
            assign(weight, tf.mul(variable, 1 - learningRate * weightDecay))
          }
          const inputs = [
            ...[weight, first, second, ...powers, rate, ...decays],
            ...[correctedEpsilon, gradients[index]!],
          ]
          binding.executeOp(
            'ResourceApplyAdam',
            adamAttributes,
            backend.getInputTensorIds(inputs),
            0,
          )
          variable.assign(read(weight))
        })
      })
    },
    state: () => ({
      step,
      first: handles.map(({ first }) => numbersIn(first)),
      second: handles.map(({ second }) => numbersIn(second)),
    }),
    restore(state) {
      step = state.step
      tf.tidy(() => {
        handles.forEach(({ first, second }, index) => {
          const { shape } = parameters[index]!.variable
          assign(first, tf.tensor(state.first[index]!.slice(), shape))
          assign(second, tf.tensor(state.second[index]!.slice(), shape))
        })
      })
    },
    parametersChanged() {
      handles.forEach(({ weight }, index) => assign(weight, parameters[index]!.variable))
    },
    dispose() {
      const ignoreMissing = [attribute.flag('ignore_lookup_error', true)]
      for (const handle of handles.flatMap(({ weight, first, second }) => [
        weight,
        first,
        second,
      ])) {
        binding.executeOp(
          'DestroyResourceOp',
          ignoreMissing,
          backend.getInputTensorIds([handle]),
          0,
        )
        handle.dispose()
      }
      tf.dispose(decays)
    },
  }
}
