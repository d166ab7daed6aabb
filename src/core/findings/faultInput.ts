import type { FindingKind, FindingLimits } from '../../shared/model/findings'
import type { InputSource } from '../inputSource'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import type { Steps } from '../steps'
import type { PictureMeasures } from './pictureMeasures'
import type { Signature } from './signature'

/**
 * What is known of a set without its pictures; place i is one image everywhere, in the order of
 * contents and then paths, so that the order of the files does not matter.
 */
export interface FaultTable {
  readonly paths: readonly string[]
  readonly sha256: readonly string[]
  /** Perceptual hash and colours, as the import keeps them. */
  readonly looks: readonly string[]
  /** From 0; -1 without one. */
  readonly labels: Int32Array
  readonly labelNames: readonly string[]
  readonly widthPx: ArrayLike<number>
  readonly heightPx: ArrayLike<number>
  readonly bytes: ArrayLike<number>
  readonly modifiedAt: ArrayLike<number>
  /** Which side of a split each image is on, by number; -1 on none. */
  readonly sides: Int32Array
  readonly sideNames: readonly string[]
}

/** A set to look through. */
export interface FaultInput extends FaultTable {
  /** Frozen features; null where no list that was asked for needs them. */
  readonly features: { readonly source: InputSource; readonly isReadable: Uint8Array } | null
  /** Of each image; null where its picture could not be read, or no list needs them. */
  readonly measures: readonly (PictureMeasures | null)[]
  /** Small copies of some images' pictures; null for those that cannot be read. */
  readonly readSignatures: (images: Uint32Array) => Steps<(image: number) => Signature | null>
}

export interface FaultOptions {
  readonly kinds: ReadonlySet<FindingKind>
  readonly limits: FindingLimits
  readonly product: MatrixProduct
  readonly random: Random
}
