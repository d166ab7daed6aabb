/** How the program came by a database where there was none that it could use. */
export type RecoveryKind =
  /** Only its indexes were damaged; nothing is lost. */
  | 'repaired'
  /** All rows could be read. */
  | 'salvaged'
  /** Some could, and there is no backup. */
  | 'salvagedPart'
  | 'restored'
  /** Nothing could be had: a new one. */
  | 'begun'

export interface Recovery {
  readonly kind: RecoveryKind
  /** The file that was damaged, whole; null: there was none. */
  readonly keptAs: string | null
  /** When the backup that is used was made, milliseconds since 1970. */
  readonly backupAt: number | null
}
