import type { Matrix } from '../math/matrix'
import type { Random } from '../math/random'

/** Most rows of a leaf. */
const leafSize = 48

/**
 * The leaves of one random projection tree (Dasgupta, Freund 2008): rows are split by the plane
 * half way between two of them until few are left, so that the rows of a leaf are near each other.
 * The leaves together are all rows, each once.
 *
 * @param normalized rows of length 1
 */
export function* projectionLeaves(
  normalized: Matrix,
  random: Random,
): Generator<Uint32Array, void, void> {
  const { rows, columns, data } = normalized
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  const normal = new Float32Array(columns)
  const pending: (readonly [number, number])[] = [[0, rows]]
  for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
    const [start, end] = range
    if (end - start <= leafSize) {
      if (end > start) yield order.subarray(start, end)
      continue
    }
    const a = order[start + random.integer(end - start)]! * columns
    const b = order[start + random.integer(end - start)]! * columns
    for (let k = 0; k < columns; k++) normal[k] = data[a + k]! - data[b + k]!
    let left = start
    let right = end - 1
    while (left <= right) {
      const row = order[left]!
      let side = 0
      const at = row * columns
      for (let k = 0; k < columns; k++) side += data[at + k]! * normal[k]!
      // On the plane itself, as all copies of one image are: either side, by chance.
      if (side > 0 || (side === 0 && random.next() < 0.5)) left++
      else {
        order[left] = order[right]!
        order[right] = row
        right--
      }
    }
    // A split that leaves next to nothing on a side would make the tree as deep as the rows.
    const least = (end - start) / 20
    const middle = left - start < least || end - left < least ? start + ((end - start) >> 1) : left
    pending.push([start, middle], [middle, end])
  }
}
