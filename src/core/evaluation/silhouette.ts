import { distances } from '../distances'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import { finish } from '../steps'
import { compareAll } from './compareAll'

export interface SilhouetteOptions {
  readonly distance?: string
  readonly normalized?: boolean
  readonly product?: MatrixProduct
}

/**
 * Mean silhouette of the labels (Rousseeuw 1987): (b - a) / max(a, b), a = mean distance to the
 * own class, b = the least mean distance to another. An image alone in its class counts 0; with
 * less than two classes there is nothing to compare, and the whole is null.
 */
export function silhouette(
  embeddings: Matrix,
  labels: ArrayLike<number>,
  options: SilhouetteOptions = {},
): number | null {
  const { distance = 'euclidean', normalized = true, product = simdProduct } = options
  const classes = new Map<number, number>()
  const classOf = Int32Array.from(labels, (label) => {
    const index = classes.get(label) ?? classes.size
    classes.set(label, index)
    return index
  })
  const sizes = new Float64Array(classes.size)
  for (const index of classOf) sizes[index] = sizes[index]! + 1
  if (classes.size < 2) return null
  const { isSimilarity } = distances.get(distance)
  const sums = new Float64Array(classes.size)
  const every = Uint32Array.from({ length: embeddings.rows }, (_, image) => image)
  let total = 0
  const comparing = compareAll(
    embeddings,
    every,
    { distance, normalized, product },
    (image, values) => {
      sums.fill(0)
      for (let j = 0; j < values.length; j++) {
        const at = classOf[j]!
        const value = values[j]!
        if (j !== image) sums[at] = sums[at]! + (isSimilarity ? 1 - value : value)
      }
      const own = classOf[image]!
      if (sizes[own]! < 2) return
      const a = sums[own]! / (sizes[own]! - 1)
      let b = Infinity
      for (let c = 0; c < sums.length; c++) {
        if (c !== own) b = Math.min(b, sums[c]! / sizes[c]!)
      }
      const larger = Math.max(a, b)
      total += larger > 0 ? (b - a) / larger : 0
    },
  )
  finish(comparing)
  return total / embeddings.rows
}
