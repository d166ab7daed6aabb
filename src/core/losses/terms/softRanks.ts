import { sigmoid } from './differentiable'

/**
 * Soft ranks of the positives of one anchor by similarity (Qin, Liu, Li 2010): how many others are
 * more similar, each counted by a sigmoid of the difference.
 */
export class SoftRanks {
  /** Of positive j: others among the positives, and negatives, that come before it. */
  readonly positivesBefore: Float64Array
  readonly negativesBefore: Float64Array
  private readonly values: Float64Array
  private positives = 0
  private count = 0

  /** @param most references at most, @param temperature of the sigmoid */
  constructor(
    most: number,
    private readonly temperature: number,
  ) {
    this.values = new Float64Array(most)
    this.positivesBefore = new Float64Array(most)
    this.negativesBefore = new Float64Array(most)
  }

  /** @param similarities row of the anchor, @param positives, @param negatives columns of it */
  read(similarities: Float32Array, positives: Uint32Array, negatives: Uint32Array): void {
    this.positives = positives.length
    this.count = positives.length + negatives.length
    positives.forEach((column, k) => (this.values[k] = similarities[column]!))
    negatives.forEach((column, k) => (this.values[this.positives + k] = similarities[column]!))
    for (let j = 0; j < this.positives; j++) {
      let own = 0
      let others = 0
      for (let k = 0; k < this.count; k++) {
        if (k === j) continue
        const before = sigmoid((this.values[k]! - this.values[j]!) / this.temperature)
        if (k < this.positives) own += before
        else others += before
      }
      this.positivesBefore[j] = own
      this.negativesBefore[j] = others
    }
  }

  /**
   * Derivatives by the similarities that were read, positives first, then negatives.
   * @param byPositives, @param byNegatives derivatives by `positivesBefore` and `negativesBefore`
   */
  slopes(byPositives: Float64Array, byNegatives: Float64Array): Float64Array {
    const result = new Float64Array(this.count)
    for (let j = 0; j < this.positives; j++) {
      for (let k = 0; k < this.count; k++) {
        if (k === j) continue
        const share = sigmoid((this.values[k]! - this.values[j]!) / this.temperature)
        const outer = k < this.positives ? byPositives[j]! : byNegatives[j]!
        const slope = (outer * share * (1 - share)) / this.temperature
        result[k] = result[k]! + slope
        result[j] = result[j]! - slope
      }
    }
    return result
  }
}
