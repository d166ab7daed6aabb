import type { Adam, Parameter } from '../../core/network/networkOperations'
import { adamConstants } from '../../core/network/networkOperations'
import type { KernelMemory } from './kernelMemory'
import type { KernelExports } from './kernelPoolProtocol'

/** Adam by one kernel a parameter; the moments live beside the tensors. */
export function createWasmAdam(
  kernels: KernelExports,
  memory: KernelMemory,
  parameters: readonly Parameter[],
): Adam {
  const { beta1, beta2 } = adamConstants
  const counts = parameters.map(({ variable }) => variable.size)
  const allocateZeros = (count: number) => {
    const address = memory.allocate(count * 4)
    kernels.zero(address, count)
    return address
  }
  const first = counts.map(allocateZeros)
  const second = counts.map(allocateZeros)
  const copy = (addresses: readonly number[]) =>
    addresses.map((address, index) => Float32Array.from(memory.view(address, counts[index]!)))
  let step = 0
  return {
    step(gradients, { learningRate, weightDecay }) {
      step++
      parameters.forEach(({ variable, isDecayed }, index) => {
        const updated = memory.createTensor(variable.shape)
        kernels.adam(
          memory.addressOf(variable),
          memory.addressOf(updated),
          first[index]!,
          second[index]!,
          memory.addressOf(gradients[index]!),
          counts[index]!,
          learningRate,
          1 / (1 - beta1 ** step),
          1 / (1 - beta2 ** step),
          isDecayed ? 1 - learningRate * weightDecay : 1,
        )
        variable.assign(updated)
        updated.dispose()
      })
    },
    state: () => ({ step, first: copy(first), second: copy(second) }),
    restore(state) {
      step = state.step
      counts.forEach((count, index) => {
        memory.view(first[index]!, count).set(state.first[index]!)
        memory.view(second[index]!, count).set(state.second[index]!)
      })
    },
    parametersChanged() {},
    dispose() {
      for (const address of [...first, ...second]) memory.free(address)
    },
  }
}
