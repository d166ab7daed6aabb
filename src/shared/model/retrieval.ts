/** How often images find their like, as means over the queries. */
export interface RetrievalMetrics {
  readonly precisionAt1: number
  readonly rPrecision: number
  readonly mapAtR: number
  /** Number of queries the means are over. */
  readonly queries: number
  /** How many queries there are, where those are a random sample of them. */
  readonly queriesInAll?: number
  /** 95 % bootstrap interval of MAP@R over the queries; absent where it was not computed. */
  readonly mapAtRLow?: number
  readonly mapAtRHigh?: number
}
