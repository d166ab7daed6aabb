/** The mean direction of each class, of rows that are added one by one. */
export class ClassDirections {
  private readonly sums: Float32Array
  private isScaled = false

  constructor(
    private readonly classes: number,
    private readonly size: number,
  ) {
    this.sums = new Float32Array(classes * size)
  }

  /** @param row [size]; one without a direction is left out */
  add(label: number, row: Float32Array): void {
    const length = lengthOf(row)
    if (length === 0) return
    const from = label * this.size
    for (let k = 0; k < this.size; k++) this.sums[from + k]! += row[k]! / length
    this.isScaled = false
  }

  /** The cosine between two classes; 0 with one that has no direction. */
  similarity(one: number, other: number): number {
    if (!this.isScaled) this.scale()
    const { size, sums } = this
    let sum = 0
    for (let k = 0, a = one * size, b = other * size; k < size; k++, a++, b++) {
      sum += sums[a]! * sums[b]!
    }
    return sum
  }

  private scale(): void {
    for (let label = 0; label < this.classes; label++) {
      const row = this.sums.subarray(label * this.size, (label + 1) * this.size)
      const length = lengthOf(row)
      if (length > 0) for (let k = 0; k < this.size; k++) row[k]! /= length
    }
    this.isScaled = true
  }
}

function lengthOf(row: Float32Array): number {
  let square = 0
  for (const value of row) square += value * value
  return Number.isFinite(square) ? Math.sqrt(square) : 0
}
