import type { Random } from '../math/random'

/**
 * Uniform in ±1/√inputs (LeCun, Bottou, Orr, Müller 1998), as other libraries begin a linear layer.
 * Twice as wide, by the rule of Glorot and Bengio (2010), pairs gain up to .01 MAP@R in the heads
 * of docs/quality.md, and proxies lose up to .03.
 */
export function narrow(random: Random, inputs: number, outputs: number): Float32Array {
  const numbers = new Float32Array(inputs * outputs)
  const bound = 1 / Math.sqrt(inputs)
  for (let i = 0; i < numbers.length; i++) numbers[i] = bound * (2 * random.next() - 1)
  return numbers
}
