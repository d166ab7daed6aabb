import * as tf from '@tensorflow/tfjs-core'
import { type Adam, adamConstants, type Parameter } from './networkOperations'

/** Adam in terms of plain tensor operations; works on every backend. */
export function createPlainAdam(parameters: readonly Parameter[]): Adam {
  const { beta1, beta2, epsilon } = adamConstants
  const zeros = () =>
    parameters.map(({ variable }) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)))
  const first = zeros()
  const second = zeros()
  let step = 0
  return {
    step(gradients, { learningRate, weightDecay }) {
      step++
      const firstCorrection = 1 / (1 - beta1 ** step)
      const secondCorrection = 1 / (1 - beta2 ** step)
      parameters.forEach(({ variable, isDecayed }, index) => {
        tf.tidy(() => {
          const gradient = gradients[index]!
          const m = first[index]!
          const v = second[index]!
          m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)))
          v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)))
          const change = tf.div(
            tf.mul(m, learningRate * firstCorrection),
            tf.add(tf.sqrt(tf.mul(v, secondCorrection)), epsilon),
          )
          const decayed =
            isDecayed && weightDecay > 0
              ? tf.mul(variable, 1 - learningRate * weightDecay)
              : variable
          variable.assign(tf.sub(decayed, change))
        })
      })
    },
    state: () => ({ step, first: first.map(numbersOf), second: second.map(numbersOf) }),
    restore(state) {
      step = state.step
      assignAll(first, state.first)
      assignAll(second, state.second)
    },
    parametersChanged() {},
    dispose() {
      tf.dispose([...first, ...second])
    },
  }
}

/** The numbers of a tensor, copied: on WASM `dataSync` may give a view of memory that moves. */
export function numbersOf(tensor: tf.Tensor): Float32Array {
  // `Float32Array.from` would go number by number.
  return new Float32Array(tensor.dataSync<'float32'>())
}

function assignAll(variables: readonly tf.Variable[], values: readonly Float32Array[]): void {
  variables.forEach((variable, index) => {
    tf.tidy(() => variable.assign(tf.tensor(values[index]!.slice(), variable.shape)))
  })
}
