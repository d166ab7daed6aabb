/**
 * An exponential running average of a model's weights (Polyak, Juditsky 1992; Tarvainen, Valpola
 * 2017), in double precision. While there are few steps it forgets faster, so that the start weighs
 * little: the decay of step t is min(decay, (1 + t) / (10 + t)).
 */
export class WeightAverage {
  private steps = 0
  private sums: Float64Array[]

  /** @param start weights before the first step */
  constructor(
    private readonly decay: number,
    start: readonly Float32Array[],
  ) {
    this.sums = start.map((values) => Float64Array.from(values))
  }

  update(weights: readonly Float32Array[]): void {
    this.steps++
    const kept = Math.min(this.decay, (1 + this.steps) / (10 + this.steps))
    this.sums.forEach((sum, index) => {
      const values = weights[index]!
      for (let i = 0; i < sum.length; i++) sum[i] = kept * sum[i]! + (1 - kept) * values[i]!
    })
  }

  values(): readonly Float32Array[] {
    return this.sums.map((sum) => Float32Array.from(sum))
  }

  state(): WeightAverageState {
    return { steps: this.steps, sums: this.sums.map((sum) => sum.slice()) }
  }

  restore(state: WeightAverageState): void {
    this.steps = state.steps
    this.sums = state.sums.map((sum) => sum.slice())
  }
}

export interface WeightAverageState {
  readonly steps: number
  readonly sums: readonly Float64Array[]
}
