import type { Matrix } from '../../core/math/matrix'
import { dotOfRows } from '../../core/projection'

/**
 * The `count` rows nearest to `row` by cosine, nearest first, the row itself left out: one pass
 * over all rows. Of equally near ones the lower comes first.
 *
 * @param normalized rows of length 1
 */
export function nearestRows(
  normalized: Matrix,
  row: number,
  count: number,
): { readonly rows: Uint32Array; readonly similarities: Float32Array } {
  const { rows: total, columns, data } = normalized
  const wanted = Math.max(0, Math.min(count, total - 1))
  const rows = new Uint32Array(wanted)
  const similarities = new Float32Array(wanted).fill(-Infinity)
  let threshold = -Infinity
  for (let other = 0; other < total && wanted > 0; other++) {
    if (other === row) continue
    const similarity = Math.fround(dotOfRows(data, row, data, other, columns))
    if (!(similarity > threshold)) continue
    let at = wanted - 1
    for (; at > 0 && similarities[at - 1]! < similarity; at--) {
      similarities[at] = similarities[at - 1]!
      rows[at] = rows[at - 1]!
    }
    similarities[at] = similarity
    rows[at] = other
    threshold = similarities[wanted - 1]!
  }
  return { rows, similarities }
}
