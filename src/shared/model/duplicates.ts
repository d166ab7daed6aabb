import type { ImageId } from './ids'

/** Images of one and the same contents, or that look the same, in order of their paths. */
export interface DuplicateGroup {
  readonly imageIds: readonly ImageId[]
  /** They have different labels: at least one of these is wrong, or both name the same. */
  readonly isAcrossLabels: boolean
}

/** Images that are there more than once; excluded and missing ones do not count. */
export interface Duplicates {
  /** Those across labels first, then the largest; at most 500. */
  readonly groups: readonly DuplicateGroup[]
  readonly groupTotal: number
  readonly acrossLabelsTotal: number
  /** Images beyond the first of each group. */
  readonly copyTotal: number
}

/** Images that look the same and are different files: scaled or encoded again. */
export interface NearDuplicates {
  /** Those across labels first, then the largest; at most 500. */
  readonly groups: readonly DuplicateGroup[]
  readonly groupTotal: number
}
