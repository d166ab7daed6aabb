/** MAP@R by held-out label, or by held-out image; the keys are numbers of those. */
export type HeldOutScores = ReadonlyMap<number, number>

/**
 * What finding the start of a head has measured, part by part, in the run's folder: a run that is
 * taken up again does not measure it again. The same numbers either way, for each part draws its
 * own chance.
 */
export interface StartFindings {
  /** The scores that were kept under this name; null where there are none. */
  read(name: string): readonly HeldOutScores[] | null
  keep(name: string, found: readonly HeldOutScores[]): Promise<void>
}
