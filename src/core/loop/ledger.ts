/** A mined triplet; rows are those of the training data the loop was given. */
export interface MinedTriplet {
  readonly anchor: number
  readonly positive: number
  readonly negative: number
  /** Epoch and step (both from 1) at which its loss was greatest. */
  readonly epoch: number
  readonly step: number
  readonly timesMined: number
  /** Distances at that step, larger is farther; of a similarity, 1 - similarity. */
  readonly positiveDistance: number
  readonly negativeDistance: number
  readonly loss: number
}

/** One step's triplets as columns. */
export interface MinedBatch {
  readonly anchor: ArrayLike<number>
  readonly positive: ArrayLike<number>
  readonly negative: ArrayLike<number>
  readonly positiveDistance: ArrayLike<number>
  readonly negativeDistance: ArrayLike<number>
  readonly loss: ArrayLike<number>
}

/** Gets the mined triplets of each step. */
export interface TripletSink {
  /** Notes the triplets with a positive loss of one step. */
  add(epoch: number, step: number, mined: MinedBatch): void
}

/** Where nobody looks at them. */
export const noTriplets: TripletSink = { add: () => {} }

interface Entry {
  anchor: number
  positive: number
  negative: number
  epoch: number
  step: number
  timesMined: number
  positiveDistance: number
  negativeDistance: number
  loss: number
}

/**
 * The mined triplets that matter most, de-duplicated over steps. Memory is bounded: when more
 * than twice `capacity` are held, the mildest are forgotten, and with them their counts.
 */
export class TripletLedger implements TripletSink {
  private entries = new Map<string, Entry>()

  constructor(readonly capacity = 5000) {}

  get size(): number {
    return Math.min(this.entries.size, this.capacity)
  }

  add(epoch: number, step: number, mined: MinedBatch): void {
    for (let i = 0; i < mined.anchor.length; i++) {
      const loss = mined.loss[i]!
      if (!(loss > 0) || !Number.isFinite(Math.fround(loss))) continue
      const anchor = mined.anchor[i]!
      const positive = mined.positive[i]!
      const negative = mined.negative[i]!
      const positiveDistance = mined.positiveDistance[i]!
      const negativeDistance = mined.negativeDistance[i]!
      const key = `${anchor},${positive},${negative}`
      const known = this.entries.get(key)
      if (known === undefined) {
        this.entries.set(key, {
          anchor,
          positive,
          negative,
          epoch,
          step,
          timesMined: 1,
          positiveDistance,
          negativeDistance,
          loss,
        })
        continue
      }
      known.timesMined++
      if (loss > known.loss) {
        Object.assign(known, { epoch, step, positiveDistance, negativeDistance, loss })
      }
    }
    if (this.entries.size > 2 * this.capacity) this.prune()
  }

  /** At most `limit` of them, the greatest loss first; ties by how often mined, then by row. */
  worst(limit = this.capacity): readonly MinedTriplet[] {
    return [...this.entries.values()].sort(byWeight).slice(0, Math.min(limit, this.capacity))
  }

  /** All that is held, for `restore`. */
  state(): readonly MinedTriplet[] {
    return [...this.entries.values()].map((entry) => ({ ...entry }))
  }

  restore(state: readonly MinedTriplet[]): void {
    this.entries = new Map(state.map((e) => [`${e.anchor},${e.positive},${e.negative}`, { ...e }]))
  }

  private prune(): void {
    const kept = this.worst() as readonly Entry[]
    this.entries = new Map(kept.map((e) => [`${e.anchor},${e.positive},${e.negative}`, e]))
  }
}

function byWeight(a: MinedTriplet, b: MinedTriplet): number {
  return (
    b.loss - a.loss ||
    b.timesMined - a.timesMined ||
    a.anchor - b.anchor ||
    a.positive - b.positive ||
    a.negative - b.negative
  )
}
