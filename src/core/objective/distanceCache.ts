import { distances, type DistanceMatrix } from '../distances'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'

/**
 * The distance matrices of one batch, each computed once however many ask for it. References are
 * told apart by the matrix that holds them: two losses of a sum may have rows of the same name.
 */
export class DistanceCache {
  private readonly ofRows = new Map<Matrix, Map<string, DistanceMatrix>>()

  constructor(
    private readonly embeddings: Matrix,
    private readonly product: MatrixProduct,
  ) {}

  /** @param references [R, d]; null compares the batch with itself */
  between(
    distance: string,
    normalized: boolean | undefined,
    references: Matrix | null,
  ): DistanceMatrix {
    return this.get(references ?? this.embeddings, `between/${distance}/${normalized}`, () =>
      distances
        .get(distance)
        .forward(this.embeddings, references ?? undefined, optionsOf(normalized), this.product),
    )
  }

  /** References compared with themselves. */
  among(distance: string, normalized: boolean | undefined, references: Matrix): DistanceMatrix {
    return this.get(references, `among/${distance}/${normalized}`, () =>
      distances.get(distance).forward(references, undefined, optionsOf(normalized), this.product),
    )
  }

  private get(rows: Matrix, key: string, compute: () => DistanceMatrix): DistanceMatrix {
    let known = this.ofRows.get(rows)
    if (known === undefined) this.ofRows.set(rows, (known = new Map<string, DistanceMatrix>()))
    const present = known.get(key)
    if (present !== undefined) return present
    const fresh = compute()
    known.set(key, fresh)
    return fresh
  }
}

function optionsOf(normalized: boolean | undefined) {
  return normalized === undefined ? {} : { normalized }
}
