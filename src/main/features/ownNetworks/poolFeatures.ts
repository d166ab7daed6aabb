import type { OwnLayer } from '../../../shared/model/ownNetwork'

/** The exponent of the generalised mean (Radenovic, Tolias, Chum 2018). */
const exponent = 3
const least = 1e-6

/**
 * Features of a layer from its tensor, into columns of rows of features. Each picture's are scaled
 * to a mean square of 1, so that layers, and networks, weigh alike beside each other; averages of
 * rectified numbers are taken as their square roots first, which tell classes apart better
 * (Arandjelovic, Zisserman 2012).
 * @param numbers `[n, ...layer.shape]`
 * @param into `[n, rowSize]`, from `column` on
 */
export function poolFeatures(
  layer: OwnLayer,
  numbers: Float32Array,
  n: number,
  into: { readonly rows: Float32Array; readonly rowSize: number; readonly column: number },
): void {
  const { dimension, shape } = layer
  const size = shape.reduce((all, one) => all * one, 1)
  if (numbers.length !== n * size) {
    throw new Error(`${layer.name} gave ${numbers.length} numbers, not ${n} times ${size}`)
  }
  for (let i = 0; i < n; i++) {
    const at = i * into.rowSize + into.column
    const row = into.rows.subarray(at, at + dimension)
    poolOne(layer, numbers.subarray(i * size, (i + 1) * size), row)
    scale(row)
  }
}

function poolOne(
  { pooling, shape, channelAxis, ownTokens, dimension }: OwnLayer,
  numbers: Float32Array,
  row: Float32Array,
): void {
  if (pooling === 'vector' || pooling === 'first') {
    row.set(numbers.subarray(0, dimension))
    return
  }
  const isLast = channelAxis === shape.length - 1
  const places = numbers.length / dimension
  const first = isLast ? ownTokens : 0
  row.fill(0)
  for (let place = first; place < places; place++) {
    for (let c = 0; c < dimension; c++) {
      const value = numbers[isLast ? place * dimension + c : c * places + place]!
      // Written so that what is not a number stays one.
      row[c]! += pooling === 'mean' ? value : (value < least ? least : value) ** exponent
    }
  }
  const share = 1 / (places - first)
  for (let c = 0; c < dimension; c++) {
    const mean = row[c]! * share
    row[c] = pooling === 'mean' ? mean : Math.cbrt(mean)
  }
}

function scale(row: Float32Array): void {
  const isRectified = row.every((value) => value >= 0)
  let squares = 0
  for (let c = 0; c < row.length; c++) {
    if (isRectified) row[c] = Math.sqrt(row[c]!)
    squares += row[c]! ** 2
  }
  if (squares === 0) return
  const factor = Math.sqrt(row.length / squares)
  for (let c = 0; c < row.length; c++) row[c]! *= factor
}
