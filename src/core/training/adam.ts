/** Adam (Kingma, Ba 2015) on plain arrays: for the few numbers a loss trains beside the network. */
export class Adam {
  private readonly first = new Map<string, Float32Array>()
  private readonly second = new Map<string, Float32Array>()
  private step = 0

  /** Changes `values` in place; both records have the same names and lengths. */
  update(
    values: Readonly<Record<string, Float32Array>>,
    gradients: Readonly<Record<string, Float32Array>>,
    learningRate: number,
  ): void {
    this.step++
    const correction1 = 1 - 0.9 ** this.step
    const correction2 = 1 - 0.999 ** this.step
    for (const [name, gradient] of Object.entries(gradients)) {
      const value = values[name]
      if (value === undefined) continue
      const m = this.moment(this.first, name, gradient.length)
      const v = this.moment(this.second, name, gradient.length)
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i]!
        m[i] = 0.9 * m[i]! + 0.1 * g
        v[i] = 0.999 * v[i]! + 0.001 * g * g
        value[i]! -=
          (learningRate * (m[i]! / correction1)) / (Math.sqrt(v[i]! / correction2) + 1e-8)
      }
    }
  }

  private moment(store: Map<string, Float32Array>, name: string, length: number): Float32Array {
    const known = store.get(name) ?? new Float32Array(length)
    store.set(name, known)
    return known
  }
}
