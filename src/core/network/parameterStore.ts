import * as tf from '@tensorflow/tfjs-core'
import type { AdamState, Parameter } from './networkOperations'
import { numbersOf } from './plainAdam'
import { type SavedModel, type SavedTensor, unreadable } from './savedModel'

export interface NamedParameter extends Parameter {
  readonly name: string
}

/** Numbers that belong to a model but are not trained, such as running averages. */
export interface NamedBuffer {
  readonly name: string
  readonly variable: tf.Variable
}

export function createParameter(
  name: string,
  shape: number[],
  data: Float32Array,
  isDecayed: boolean,
): NamedParameter {
  return {
    name,
    isDecayed,
    variable: tf.tidy(() => tf.variable(tf.tensor(data.slice(), shape), true)),
  }
}

export function createBuffer(name: string, shape: number[], data: Float32Array): NamedBuffer {
  return { name, variable: tf.tidy(() => tf.variable(tf.tensor(data.slice(), shape), false)) }
}

/** Parameters, buffers and the optimizer's two moments as plain arrays. */
export function saveTensors(
  parameters: readonly NamedParameter[],
  buffers: readonly NamedBuffer[],
  adam: AdamState,
): SavedTensor[] {
  const moments = (suffix: string, values: readonly Float32Array[]) =>
    parameters.map(({ name, variable }, index) => ({
      name: `${name}/${suffix}`,
      shape: variable.shape,
      data: values[index]!,
    }))
  return [
    ...[...parameters, ...buffers].map(({ name, variable }) => ({
      name,
      shape: variable.shape,
      data: numbersOf(variable),
    })),
    ...moments('adamFirst', adam.first),
    ...moments('adamSecond', adam.second),
  ]
}

/**
 * Assigns saved numbers to parameters and buffers and returns the optimizer's state. Nothing is
 * changed where something is missing (AppError `modelUnreadable`).
 */
export function loadTensors(
  saved: SavedModel,
  parameters: readonly NamedParameter[],
  buffers: readonly NamedBuffer[],
): AdamState {
  const byName = new Map(saved.tensors.map((tensor) => [tensor.name, tensor]))
  const find = (name: string, variable: tf.Variable): Float32Array => {
    const tensor = byName.get(name)
    if (!tensor || !tf.util.arraysEqual([...tensor.shape], variable.shape)) {
      throw unreadable(`"${name}" of shape [${variable.shape.join(', ')}] is not in it`)
    }
    return tensor.data
  }
  const named = [...parameters, ...buffers]
  const values = named.map(({ name, variable }) => find(name, variable))
  const moments = (suffix: string) =>
    parameters.map(({ name, variable }) => find(`${name}/${suffix}`, variable))
  const state = {
    step: saved.step,
    first: moments('adamFirst'),
    second: moments('adamSecond'),
  }
  assignNumbers(
    named.map(({ variable }) => variable),
    values,
  )
  return state
}

/** Puts numbers in place of what variables hold; the shapes are known. */
export function assignNumbers(
  variables: readonly tf.Variable[],
  values: readonly Float32Array[],
): void {
  variables.forEach((variable, index) => {
    tf.tidy(() => variable.assign(tf.tensor(values[index]!.slice(), variable.shape)))
  })
}
