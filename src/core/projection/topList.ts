/** For each of many rows, the best `count` candidates seen so far, best first. */
export class TopLists {
  readonly indices: Uint32Array
  readonly similarities: Float32Array
  /** 1 where a candidate came and nobody has cleared it since; [rows, count] */
  readonly fresh: Uint8Array
  /** Candidates that a row holds; [rows] */
  readonly filled: Uint32Array

  constructor(
    rows: number,
    readonly count: number,
  ) {
    this.indices = new Uint32Array(rows * count)
    this.similarities = new Float32Array(rows * count).fill(-Infinity)
    this.fresh = new Uint8Array(rows * count)
    this.filled = new Uint32Array(rows)
  }

  /** The similarity that a new candidate of the row must beat; -Infinity while there is room. */
  threshold(row: number): number {
    return this.similarities[(row + 1) * this.count - 1]!
  }

  /**
   * Adds a candidate that the row does not hold. Of equal similarities the lower index stays in
   * front. Answers whether it was good enough.
   */
  offer(row: number, index: number, similarity: number): boolean {
    const start = row * this.count
    let at = start + Math.min(this.filled[row]!, this.count - 1)
    if (this.filled[row]! === this.count && !this.comesBefore(index, similarity, at)) return false
    while (at > start && this.comesBefore(index, similarity, at - 1)) {
      this.indices[at] = this.indices[at - 1]!
      this.similarities[at] = this.similarities[at - 1]!
      this.fresh[at] = this.fresh[at - 1]!
      at--
    }
    this.indices[at] = index
    this.similarities[at] = similarity
    this.fresh[at] = 1
    if (this.filled[row]! < this.count) this.filled[row] = this.filled[row]! + 1
    return true
  }

  has(row: number, index: number): boolean {
    const start = row * this.count
    const end = start + this.filled[row]!
    for (let at = start; at < end; at++) if (this.indices[at] === index) return true
    return false
  }

  private comesBefore(index: number, similarity: number, at: number): boolean {
    const other = this.similarities[at]!
    // Compared as it will be stored, so that a tie stays a tie.
    const own = Math.fround(similarity)
    return own > other || (own === other && index < this.indices[at]!)
  }
}
