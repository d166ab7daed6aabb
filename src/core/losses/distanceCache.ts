import { distances, type DistanceMatrix } from '../distances'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'

/** The distance matrices of one batch, each computed once however many ask for it. */
export class DistanceCache {
  private readonly matrices = new Map<string, DistanceMatrix>()

  constructor(
    private readonly embeddings: Matrix,
    private readonly product: MatrixProduct,
  ) {}

  /**
   * @param references null compares the batch with itself
   * @param key names the references
   */
  between(
    distance: string,
    normalized: boolean | undefined,
    references: { readonly key: string; readonly rows: Matrix } | null,
  ): DistanceMatrix {
    return this.get(`${references?.key ?? ''}/${distance}/${normalized}`, () =>
      distances
        .get(distance)
        .forward(this.embeddings, references?.rows, optionsOf(normalized), this.product),
    )
  }

  /** References compared with themselves. */
  among(
    distance: string,
    normalized: boolean | undefined,
    references: { readonly key: string; readonly rows: Matrix },
  ): DistanceMatrix {
    return this.get(`${references.key}/among/${distance}/${normalized}`, () =>
      distances
        .get(distance)
        .forward(references.rows, undefined, optionsOf(normalized), this.product),
    )
  }

  private get(key: string, compute: () => DistanceMatrix): DistanceMatrix {
    const present = this.matrices.get(key)
    if (present !== undefined) return present
    const fresh = compute()
    this.matrices.set(key, fresh)
    return fresh
  }
}

function optionsOf(normalized: boolean | undefined) {
  return normalized === undefined ? {} : { normalized }
}
