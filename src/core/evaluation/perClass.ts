import { averagePerClass, type RetrievalReport } from './retrieval'

/** How well the images of one class find each other. */
export interface ClassReport {
  readonly label: number
  readonly queries: number
  readonly precisionAt1: number
  readonly rPrecision: number
  readonly mapAtR: number
}

/** One line a class that has queries, worst first. */
export function reportPerClass({ perQuery }: RetrievalReport): ClassReport[] {
  const precision = averagePerClass(perQuery, perQuery.precisionAt1)
  const rPrecision = averagePerClass(perQuery, perQuery.rPrecision)
  const mapAtR = averagePerClass(perQuery, perQuery.mapAtR)
  const queries = new Map<number, number>()
  for (const label of perQuery.label) queries.set(label, (queries.get(label) ?? 0) + 1)
  return [...queries]
    .map(([label, count]) => ({
      label,
      queries: count,
      precisionAt1: precision.get(label)!,
      rPrecision: rPrecision.get(label)!,
      mapAtR: mapAtR.get(label)!,
    }))
    .sort((a, b) => a.mapAtR - b.mapAtR || a.label - b.label)
}
