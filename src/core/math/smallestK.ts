/** The k smallest keys seen, ascending; of equal keys the one that came first. */
export class SmallestK {
  readonly key: Float64Array
  readonly index: Uint32Array
  /** Only keys below this can still enter. */
  worst = Infinity

  constructor(private readonly k: number) {
    this.key = new Float64Array(k)
    this.index = new Uint32Array(k)
  }

  clear(): void {
    this.key.fill(Infinity)
    this.worst = Infinity
  }

  add(key: number, index: number): void {
    let at = this.k - 1
    while (at > 0 && this.key[at - 1]! > key) {
      this.key[at] = this.key[at - 1]!
      this.index[at] = this.index[at - 1]!
      at--
    }
    this.key[at] = key
    this.index[at] = index
    this.worst = this.key[this.k - 1]!
  }
}
