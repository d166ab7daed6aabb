import { SoftSum } from './differentiable'
import type { LossContext } from '../loss'
import type { RowLists } from '../../tuples/relations'

/**
 * The sums of exponentials that most losses are made of: for one anchor and one side of its pairs,
 * log (sum exp x) or log (1 + sum exp x) with x = slope * (D - offset). One buffer serves all rows.
 */
export class RowTerm {
  private readonly terms: Float64Array
  private readonly sum = new SoftSum()
  /** Number of pairs of the row read last. */
  count = 0
  private start = 0
  private row = 0

  constructor(
    private readonly context: LossContext,
    private readonly lists: RowLists,
    private readonly slope: number,
    private readonly offset: number,
    private readonly plusOne: boolean,
  ) {
    this.terms = new Float64Array(context.distances.columns)
  }

  /** Reads the pairs of an anchor and returns the value; 0 for an empty set. */
  read(anchor: number): number {
    const { data, columns } = this.context.distances
    this.start = this.lists.start[anchor]!
    this.count = this.lists.start[anchor + 1]! - this.start
    this.row = anchor * columns
    for (let k = 0; k < this.count; k++) {
      const d = data[this.row + this.lists.columns[this.start + k]!]!
      this.terms[k] = this.slope * (d - this.offset)
    }
    return this.sum.read(this.terms, this.count, this.plusOne)
  }

  /** Adds `factor` times the derivative of the row read last. */
  addGradient(gradient: Float32Array, factor: number): void {
    const scale = factor * this.slope * this.sum.share
    for (let k = 0; k < this.count; k++) {
      const index = this.row + this.lists.columns[this.start + k]!
      gradient[index] = gradient[index]! + scale * this.terms[k]!
    }
  }
}
