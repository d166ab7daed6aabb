import { distances } from '../distances'
import { gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import { partOf, type Steps } from '../steps'

export interface ComparisonOptions {
  /** Name of a distance of the registry; cosine by default. */
  readonly distance?: string | undefined
  readonly normalized?: boolean | undefined
  readonly product?: MatrixProduct | undefined
  /** Ends after the present block where it says so; one block is always compared. */
  readonly isEnough?: (() => boolean) | undefined
}

/** Entries of a block of distances: 16 MiB. */
const blockEntries = 4 * 1024 * 1024
/** Multiplications of a block: some ten milliseconds of a native product. */
const blockWork = 4e8
/** Share of the work that is done once, before the first block. */
const beginShare = 0.02
/** Rows of a block that are looked at before others may run. */
const rowsAStep = 32

/**
 * Compares images with all, a block after another: memory grows with the number of images, never
 * with its square, and each distance is computed once, whoever looks at it.
 * @param embeddings [n, d]
 * @param queries rows that ask, in the order in which they are visited
 * @param visit gets the distances of a query to all rows, [n]; they are gone with the next block
 * @returns how many were visited
 */
export function* compareAll(
  embeddings: Matrix,
  queries: ArrayLike<number>,
  options: ComparisonOptions,
  visit: (query: number, values: Float32Array) => void,
): Steps<number> {
  const { product = simdProduct, normalized, isEnough = () => false } = options
  if (queries.length === 0) return 0
  const distance = distances.get(options.distance ?? 'cosine')
  const settings = normalized === undefined ? {} : { normalized }
  const fixed = yield* partOf(distance.againstSteps(embeddings, settings, product), 0, beginShare)
  const { rows: total, columns } = embeddings
  const blockRows = Math.max(
    1,
    Math.min(
      Math.floor(blockEntries / Math.max(1, total)),
      Math.ceil(blockWork / Math.max(1, total * columns)),
    ),
  )
  const shareOf = (visited: number) => beginShare + ((1 - beginShare) * visited) / queries.length
  try {
    let done = 0
    while (done < queries.length && !(done > 0 && isEnough())) {
      const block = Array.from(
        { length: Math.min(blockRows, queries.length - done) },
        (_, i) => queries[done + i]!,
      )
      const values = fixed.compare(gatherRows(embeddings, block))
      for (let row = 0; row < block.length; row++) {
        visit(block[row]!, values.data.subarray(row * total, (row + 1) * total))
        if (row % rowsAStep === rowsAStep - 1) yield shareOf(done + row)
      }
      done += block.length
      yield shareOf(done)
    }
    return done
  } finally {
    fixed.dispose()
  }
}
