import type { Bilingual } from '../../shared/model/bilingual'
import type { ComponentDescription } from '../../shared/model/training'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import { booleanOption, describeOptions } from '../registry/options'
import { finish, partOf, type Steps } from '../steps'
import { normalizeRows, normalizeRowsBackward, normalizeRowsSteps } from '../math/normalizeRows'
import { rememberRepeatedRows } from './repeatedRows'

/** Gradients of a scalar with respect to the rows of both sides. */
interface DistanceGradients {
  /** [B, d] */
  readonly embeddings: Matrix
  /** [R, d]; null when there were no references or nobody asked. */
  readonly references: Matrix | null
}

/** A distance (or similarity) matrix with its way back. */
export interface DistanceMatrix {
  /** [B, R]: entry (i, j) compares embedding i with reference j. */
  readonly values: Matrix
  readonly isSimilarity: boolean
  /**
   * @param gradient [B, R], of a scalar with respect to `values`; not kept, not changed
   * @param wantsReferences false spares the work for references that carry no gradient
   */
  backward(gradient: Matrix, wantsReferences?: boolean): DistanceGradients
}

interface DistanceOptions {
  /** L2-normalise all rows first; always the L2 norm, whatever the distance. */
  readonly normalized: boolean
}

export interface ValueRange {
  readonly least: number
  readonly greatest: number
}

/** A distance of the registry. */
export interface Distance extends ComponentDescription {
  /** True where larger means closer. */
  readonly isSimilarity: boolean
  /** Whether rows are L2-normalised unless told otherwise. */
  readonly normalizedByDefault: boolean
  /** Least and greatest value that rows of so many components can have; null: without bound. */
  range(dimension: number, options?: Partial<DistanceOptions>): ValueRange | null
  /** About how far unrelated normalised rows are apart, in the unit of the distance. */
  unrelated(dimension: number): number
  /**
   * @param embeddings [B, d]
   * @param references [R, d]; undefined compares the embeddings with themselves, and then the
   *   gradient of both sides arrives in `embeddings`
   */
  forward(
    embeddings: Matrix,
    references?: Matrix,
    options?: Partial<DistanceOptions>,
    product?: MatrixProduct,
  ): DistanceMatrix
  /**
   * The same values, for references that many embeddings are compared with: what depends on the
   * references alone is done once. They must not change.
   * @returns compares embeddings [B, d] with them, [B, R]
   */
  against(
    references: Matrix,
    options?: Partial<DistanceOptions>,
    product?: MatrixProduct,
  ): FixedReferences
  /** The same in steps. */
  againstSteps(
    references: Matrix,
    options: Partial<DistanceOptions>,
    product: MatrixProduct,
  ): Steps<FixedReferences>
}

interface FixedReferences {
  compare(embeddings: Matrix): Matrix
  /** The references as they are compared. */
  readonly rows: Matrix
  /** Lets go of what the product keeps of them. */
  dispose(): void
}

/** What a distance file computes, on rows that are already as they shall be compared. */
export interface RawDistance {
  readonly values: Matrix
  /** y null: x compared with itself, the whole gradient in x. */
  backward(
    gradient: Matrix,
    wantsReferences: boolean,
  ): { readonly x: Matrix; readonly y: Matrix | null }
}

export interface DistanceSpecification {
  readonly name: string
  readonly title: Bilingual
  readonly description: Bilingual
  readonly formula: string
  readonly source: string
  readonly isSimilarity: boolean
  readonly normalizedByDefault: boolean
  /** True where rows are normalised whatever the option says (cosine). */
  readonly alwaysNormalized?: boolean
  /** Of L2-normalised rows; null: without bound. */
  unitRange(dimension: number): ValueRange | null
  /** Of gaussian rows that are L2-normalised: about what two of them have. */
  unrelated(dimension: number): number
  compute(x: Matrix, y: Matrix | null, product: MatrixProduct): RawDistance
}

export function defineDistance(specification: DistanceSpecification): Distance {
  const { compute, unitRange, alwaysNormalized = false, ...description } = specification
  const normalizes = (options: Partial<DistanceOptions>) =>
    alwaysNormalized || (options.normalized ?? specification.normalizedByDefault)
  return {
    ...description,
    options: describeOptions({
      normalized: booleanOption(
        specification.normalizedByDefault,
        'L2-normalise the embeddings first; no effect on cosine',
        '先对嵌入做 L2 归一化（对余弦相似度无影响）',
      ),
    }),
    range: (dimension, options = {}) => (normalizes(options) ? unitRange(dimension) : null),
    forward(embeddings, references, options = {}, product = simdProduct) {
      if (references !== undefined && references.columns !== embeddings.columns) {
        throw new Error(
          `Embeddings have ${embeddings.columns} components, references ${references.columns}`,
        )
      }
      const isNormalized = normalizes(options)
      const x = isNormalized ? normalizeRows(embeddings) : { unit: embeddings, norms: null }
      const y =
        references === undefined
          ? null
          : isNormalized
            ? normalizeRows(references)
            : { unit: references, norms: null }
      const raw = compute(x.unit, y?.unit ?? null, product)
      return {
        values: raw.values,
        isSimilarity: specification.isSimilarity,
        backward(gradient, wantsReferences = y !== null) {
          const gradients = raw.backward(gradient, wantsReferences && y !== null)
          return {
            embeddings: normalizeRowsBackward(x, gradients.x),
            references:
              y === null || gradients.y === null ? null : normalizeRowsBackward(y, gradients.y),
          }
        },
      }
    },
    against(references, options = {}, product = simdProduct) {
      return finish(this.againstSteps(references, options, product))
    },
    *againstSteps(references, options, product) {
      const isNormalized = normalizes(options)
      const rows = isNormalized
        ? (yield* partOf(normalizeRowsSteps(references), 0, 0.6)).unit
        : references
      yield* partOf(rememberRepeatedRows(rows), 0.6, 1)
      const letGo = product.hold?.(rows)
      return {
        rows,
        compare: (embeddings) =>
          compute(isNormalized ? normalizeRows(embeddings).unit : embeddings, rows, product).values,
        dispose: () => letGo?.(),
      }
    },
  }
}
