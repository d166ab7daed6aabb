import type { Reducer } from '../../reducers/reducer'

/** Values of a loss before they are reduced, each with the images it is about. */
export interface LossElements {
  readonly values: Float32Array
  readonly anchor: Uint32Array
  /** Position among the references; `noIndex` where the element has none. */
  readonly positive: Uint32Array
  readonly negative: Uint32Array
}

/** Stands for "no such image" in the index arrays of `LossElements`. */
export const noIndex = 0xffffffff

/**
 * Takes the elements of a loss one by one and reduces them on the fly, so that the triplets of a
 * batch need no memory. Every reducer is linear in what it counts: the derivative of the loss by an
 * element is the weight that `add` returns times the scale that `finish` gives.
 */
export class ElementList {
  count = 0
  activeCount = 0
  private weightedSum = 0
  private readonly record: Recording | null

  constructor(
    private readonly reducer: Reducer,
    private readonly labels: Int32Array,
    private readonly classWeights: ArrayLike<number> | null,
    recordsElements: boolean,
  ) {
    this.record = recordsElements ? new Recording() : null
  }

  /** Takes an element; returns its weight, 0 where it does not count. */
  add(value: number, anchor: number, positive: number = noIndex, negative: number = noIndex) {
    this.count++
    if (value > 0) this.activeCount++
    else if (this.reducer.onlyActive) {
      this.record?.add(value, anchor, positive, negative)
      return 0
    }
    let weight = 1
    if (this.reducer.usesClassWeights && this.classWeights !== null) {
      weight = this.classWeights[this.labels[anchor]!] ?? 1
    }
    this.weightedSum += weight * value
    this.record?.add(value, anchor, positive, negative)
    return weight
  }

  /** The scalar, and by what the gradients collected so far must be multiplied. */
  finish(): { readonly value: number; readonly scale: number } {
    const { divisor } = this.reducer
    const by = divisor === 'one' ? 1 : divisor === 'count' ? this.count : this.activeCount
    const scale = by > 0 ? 1 / by : 0
    return { value: this.weightedSum * scale, scale }
  }

  /** What was added, if it was recorded. */
  elements(): LossElements | null {
    return this.record?.finish() ?? null
  }
}

/** Columns that grow. */
class Recording {
  private length = 0
  private values = new Float32Array(256)
  private indices = new Uint32Array(3 * 256)

  add(value: number, anchor: number, positive: number, negative: number): void {
    if (this.length === this.values.length) {
      const values = new Float32Array(2 * this.length)
      values.set(this.values)
      this.values = values
      const indices = new Uint32Array(6 * this.length)
      indices.set(this.indices)
      this.indices = indices
    }
    this.values[this.length] = value
    const at = 3 * this.length
    this.indices[at] = anchor
    this.indices[at + 1] = positive
    this.indices[at + 2] = negative
    this.length++
  }

  finish(): LossElements {
    const column = (offset: number) =>
      Uint32Array.from({ length: this.length }, (_, i) => this.indices[3 * i + offset]!)
    return {
      values: this.values.slice(0, this.length),
      anchor: column(0),
      positive: column(1),
      negative: column(2),
    }
  }
}
