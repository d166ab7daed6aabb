/** Rows of images to fit on, and others of other labels to measure on. */
export interface Part {
  readonly train: readonly number[]
  readonly test: readonly number[]
}
