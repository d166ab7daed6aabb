import type { Matrix } from '../../src/core/math/matrix'
import { dotOfRows, normalizedRows } from '../../src/core/projection'

/**
 * How far points that are near in the plane but not in the embedding stand away there, by cosine,
 * asked for up to `most` of them; 1 is best (Venna, Kaski 2001).
 */
export function trustworthiness(
  embeddings: Matrix,
  plane: Float32Array,
  k: number,
  most = 2000,
): number {
  const { data, rows, columns } = normalizedRows(embeddings)
  const queries = Math.min(rows, most)
  let penalty = 0
  const likeness = new Float32Array(rows)
  const nearest = new Uint32Array(k)
  const away = new Float32Array(k)
  for (let q = 0; q < queries; q++) {
    const i = Math.floor((q * rows) / queries)
    const x = plane[2 * i]!
    const y = plane[2 * i + 1]!
    away.fill(Infinity)
    for (let j = 0; j < rows; j++) {
      likeness[j] = dotOfRows(data, i, data, j, columns)
      const square = Math.fround((plane[2 * j]! - x) ** 2 + (plane[2 * j + 1]! - y) ** 2)
      if (j === i || !(square < away[k - 1]!)) continue
      let at = k - 1
      for (; at > 0 && away[at - 1]! > square; at--) {
        away[at] = away[at - 1]!
        nearest[at] = nearest[at - 1]!
      }
      away[at] = square
      nearest[at] = j
    }
    for (const j of nearest) {
      let rank = 1
      for (let other = 0; other < rows; other++) {
        if (other !== i && likeness[other]! > likeness[j]!) rank++
      }
      penalty += Math.max(0, rank - k)
    }
  }
  return 1 - (2 / (queries * k * (2 * rows - 3 * k - 1))) * penalty
}
