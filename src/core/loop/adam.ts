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

  state(): ArrayAdamState {
    const copy = (store: ReadonlyMap<string, Float32Array>) =>
      Object.fromEntries([...store].map(([name, values]) => [name, values.slice()]))
    return { step: this.step, first: copy(this.first), second: copy(this.second) }
  }

  restore(state: ArrayAdamState): void {
    this.step = state.step
    for (const [store, saved] of [
      [this.first, state.first],
      [this.second, state.second],
    ] as const) {
      store.clear()
      for (const [name, values] of Object.entries(saved)) store.set(name, values.slice())
    }
  }

  private moment(store: Map<string, Float32Array>, name: string, length: number): Float32Array {
    const known = store.get(name) ?? new Float32Array(length)
    store.set(name, known)
    return known
  }
}

/** Step count and moments by name. */
export interface ArrayAdamState {
  readonly step: number
  readonly first: Readonly<Record<string, Float32Array>>
  readonly second: Readonly<Record<string, Float32Array>>
}
