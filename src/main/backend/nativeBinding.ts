import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core'

/** An attribute of a TensorFlow operation, as the binding takes it. */
export interface OperationAttribute {
  readonly name: string
  readonly type: number
  readonly value: boolean | number | string | readonly number[]
}

/** What we use of the binding to the TensorFlow C library. */
export interface NativeBinding {
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_INT64: number
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
  readonly TF_Version: string
  executeOp(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly number[],
    outputCount: number,
  ): { id: number; shape: number[]; dtype: number }[]
  deleteTensor(id: number): void
}

/** What we use of tfjs-node's backend, two of its private methods included. */
export interface NativeBackend {
  readonly binding: NativeBinding
  readonly isUsingGpuDevice: boolean
  executeSingleOutput(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly TensorInfo[],
  ): Tensor
  executeMultipleOutputs(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly TensorInfo[],
    outputCount: number,
  ): Tensor[]
  getInputTensorIds(tensors: readonly { readonly dataId: DataId }[]): number[]
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): Tensor
}

/** Makes attributes for one binding, whose numbers for types differ between versions. */
export function attributesFor(binding: NativeBinding) {
  return {
    type: (name: string, value = binding.TF_FLOAT): OperationAttribute => ({
      name,
      type: binding.TF_ATTR_TYPE,
      value,
    }),
    float: (name: string, value: number): OperationAttribute => ({
      name,
      type: binding.TF_ATTR_FLOAT,
      value,
    }),
    text: (name: string, value: string): OperationAttribute => ({
      name,
      type: binding.TF_ATTR_STRING,
      value,
    }),
    flag: (name: string, value: boolean): OperationAttribute => ({
      name,
      type: binding.TF_ATTR_BOOL,
      value,
    }),
    integers: (name: string, value: readonly number[]): OperationAttribute => ({
      name,
      type: binding.TF_ATTR_INT,
      value,
    }),
    shape: (name: string, value: readonly number[]): OperationAttribute => ({
      name,
      type: binding.TF_ATTR_SHAPE,
      value,
    }),
  }
}
