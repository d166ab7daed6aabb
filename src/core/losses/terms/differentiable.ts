/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))
}

/** Derivative of softplus: 1 / (1 + e^-x), 1/2 at 0. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const power = Math.exp(x)
  return power / (1 + power)
}

/**
 * log sum_k exp(x_k) over the first `count` entries, the greatest taken out; 0 for an empty set.
 * Its derivative by x_k is exp(x_k - result).
 */
export function logSumExp(x: Float64Array, count: number): number {
  if (count === 0) return 0
  let largest = -Infinity
  for (let k = 0; k < count; k++) if (x[k]! > largest) largest = x[k]!
  if (largest === -Infinity) return 0
  let sum = 0
  for (let k = 0; k < count; k++) sum += Math.exp(x[k]! - largest)
  return largest + Math.log(sum)
}

/**
 * log(1 + sum_k exp(x_k)) over the first `count` entries; 0 for an empty set. Its derivative by
 * x_k is exp(x_k - result).
 */
export function logOnePlusSumExp(x: Float64Array, count: number): number {
  let largest = 0
  for (let k = 0; k < count; k++) if (x[k]! > largest) largest = x[k]!
  if (largest === 0) {
    let sum = 0
    for (let k = 0; k < count; k++) sum += Math.exp(x[k]!)
    return Math.log1p(sum)
  }
  let sum = Math.exp(-largest)
  for (let k = 0; k < count; k++) sum += Math.exp(x[k]! - largest)
  return largest + Math.log(sum)
}

/**
 * The same sums with their derivatives, which share the exponentials: `read` overwrites the first
 * `count` entries of x with exp(x_k - max), and the derivative by x_k is then x_k * `share`.
 */
export class SoftSum {
  value = 0
  share = 0

  /** @param plusOne log(1 + sum) in place of log(sum) */
  read(x: Float64Array, count: number, plusOne: boolean): number {
    let largest = plusOne ? 0 : -Infinity
    for (let k = 0; k < count; k++) if (x[k]! > largest) largest = x[k]!
    if (count === 0 || largest === -Infinity) {
      this.share = 0
      return (this.value = 0)
    }
    let sum = 0
    for (let k = 0; k < count; k++) {
      const power = Math.exp(x[k]! - largest)
      x[k] = power
      sum += power
    }
    const one = plusOne ? Math.exp(-largest) : 0
    this.share = 1 / (sum + one)
    // Where 1 is the greatest term, log1p keeps what little the others add.
    this.value = plusOne && largest === 0 ? Math.log1p(sum) : largest + Math.log(sum + one)
    return this.value
  }
}
