/** How often images find their like, as means over the queries; null where there are none. */
export interface RetrievalMetrics {
  readonly precisionAt1: number | null
  readonly rPrecision: number | null
  readonly mapAtR: number | null
  /** Number of queries the means are over. */
  readonly queries: number
  /** How many queries there are, where those are a random sample of them. */
  readonly queriesInAll?: number
  /** 95 % bootstrap interval of MAP@R over the queries; absent where it was not computed. */
  readonly mapAtRLow?: number | null
  readonly mapAtRHigh?: number | null
}

/** What is known where there was nothing to ask for. */
export const withoutFigures = <Measured extends { readonly queries: number }>(
  measured: Measured,
): Measured & {
  readonly precisionAt1: null
  readonly rPrecision: null
  readonly mapAtR: null
  readonly mapAtRLow: null
  readonly mapAtRHigh: null
} => ({
  ...measured,
  precisionAt1: null,
  rPrecision: null,
  mapAtR: null,
  mapAtRLow: null,
  mapAtRHigh: null,
})

/** As it was stored; earlier versions wrote zeros where there were no queries. */
export const storedMetrics = <Measured extends RetrievalMetrics>(measured: Measured): Measured =>
  measured.queries === 0 ? withoutFigures(measured) : measured
