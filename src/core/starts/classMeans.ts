import type { Random } from '../math/random'
import type { RunParameter } from '../losses/loss'

/**
 * Length of a class mean among normalised rows, in square roots of their dimension; that of a
 * gaussian row is 1. A loss does not see it, but the longer a row is, the less a step of the
 * optimizer turns it: class means need less turning than chance.
 */
const meanLength = 1
/** Of several rows of one class, in lengths of their mean: what tells those without an image apart. */
const noiseLength = 0.1

/** Sums up embeddings of images until the rows that stand for their classes can begin in the middle. */
export class ClassMeans {
  private readonly sums: Float64Array
  private readonly counts: Uint32Array
  private readonly rowsOfClass: number
  /** [classes, rows of a class, d]: of which images there are more than one row of a class. */
  private readonly looks: Float32Array | null
  private readonly lookOf: ReadonlyMap<number, number>

  /**
   * @param labels class of each image that will be added
   * @param random draws the images whose looks several rows of a class begin with
   */
  constructor(
    readonly parameter: RunParameter,
    labels: Int32Array,
    private readonly random: Random,
  ) {
    const [classes = 0] = parameter.shape
    const dimension = parameter.shape.at(-1) ?? 0
    this.sums = new Float64Array(classes * dimension)
    this.counts = new Uint32Array(classes)
    this.rowsOfClass = parameter.shape.length > 2 ? (parameter.shape[1] ?? 1) : 1
    const hasLooks = this.rowsOfClass > 1
    this.looks = hasLooks ? new Float32Array(classes * this.rowsOfClass * dimension) : null
    this.lookOf = hasLooks ? drawLooks(labels, this.rowsOfClass, random) : new Map()
  }

  /** @param image its place among the labels, @param embedding [d] */
  add(image: number, label: number, embedding: Float32Array): void {
    const row = this.parameter.classRows?.normalized === true ? unit(embedding) : embedding
    if (row === null) return
    this.counts[label]!++
    const from = label * row.length
    for (let k = 0; k < row.length; k++) this.sums[from + k]! += row[k]!
    const look = this.lookOf.get(image)
    if (look !== undefined) this.looks!.set(row, look * row.length)
  }

  /**
   * The mean of each class, as a direction where the loss normalises. Several rows of one class
   * begin half-way from the mean to an image each. Classes without images, or whose images cancel
   * out, keep what `values` has.
   * @param values what the parameter begins with otherwise; changed in place
   */
  write(values: Float32Array): void {
    const dimension = this.parameter.shape.at(-1) ?? 0
    const isDirection = this.parameter.classRows?.normalized === true
    const length = meanLength * Math.sqrt(dimension)
    for (let label = 0; label < this.counts.length; label++) {
      const count = this.counts[label]!
      const sum = this.sums.subarray(label * dimension, (label + 1) * dimension)
      const raw = Float32Array.from(sum, (value) => value / Math.max(1, count))
      const mean = isDirection ? unit(raw) : raw
      if (mean === null || count === 0) continue
      for (let k = 0; k < this.rowsOfClass; k++) {
        const at = (label * this.rowsOfClass + k) * dimension
        const row = this.looks === null ? mean : this.spread(mean, at)
        for (let i = 0; i < dimension; i++) values[at + i] = (isDirection ? length : 1) * row[i]!
      }
    }
  }

  /** One of several rows of a class, which must not be the same: they would never part. */
  private spread(mean: Float32Array, at: number): Float32Array {
    const look = this.looks!.subarray(at, at + mean.length)
    const noise = (noiseLength * Math.hypot(...mean)) / Math.sqrt(mean.length)
    const hasLook = look.some((value) => value !== 0)
    return mean.map(
      (value, i) => (hasLook ? (value + look[i]!) / 2 : value) + this.random.normal(0, noise),
    )
  }
}

/** For each class as many of its images as it has rows: the row of each. */
function drawLooks(
  labels: Int32Array,
  rowsOfClass: number,
  random: Random,
): ReadonlyMap<number, number> {
  const taken = new Map<number, number>()
  const rows = new Map<number, number>()
  for (const image of random.shuffle(Uint32Array.from(labels.keys()))) {
    const label = labels[image]!
    const count = taken.get(label) ?? 0
    if (count === rowsOfClass) continue
    rows.set(image, label * rowsOfClass + count)
    taken.set(label, count + 1)
  }
  return rows
}

/** Null where it has no direction. */
function unit(row: Float32Array): Float32Array | null {
  let square = 0
  for (const value of row) square += value * value
  const length = Math.sqrt(square)
  return length > 1e-12 && Number.isFinite(length) ? row.map((value) => value / length) : null
}
