export interface Migration {
  /** Becomes `PRAGMA user_version`; steps of ten leave room for a repair in between. */
  readonly version: number
  readonly sql: string
}
