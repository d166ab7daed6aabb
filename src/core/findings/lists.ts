import {
  type Finding,
  type FindingGap,
  type FindingKind,
  findingKinds,
  type FindingLists,
} from '../../shared/model/findings'

/** Gathers rows of lists; asks for nothing that nobody wants. */
export class Lists {
  private readonly found = new Map<FindingKind, Finding[]>()
  private readonly gaps: { kind: FindingKind; gap: FindingGap }[] = []
  private readonly scores: Partial<Record<FindingKind, Float32Array>> = {}

  constructor(
    private readonly kinds: ReadonlySet<FindingKind>,
    private readonly paths: readonly string[],
  ) {}

  has(kind: FindingKind): boolean {
    return this.kinds.has(kind)
  }
  gap(kind: FindingKind, gap: FindingGap): void {
    if (this.has(kind)) this.gaps.push({ kind, gap })
  }
  keepScores(kind: FindingKind, scores: ArrayLike<number>): void {
    if (this.has(kind)) this.scores[kind] = Float32Array.from(scores)
  }
  /** @param isHighWorse the largest score first, else the least; members of a group stay together */
  put(kind: FindingKind, rows: readonly Finding[], isHighWorse: boolean): void {
    if (!this.has(kind)) return
    const sign = isHighWorse ? -1 : 1
    const worst = new Map<number, number>()
    for (const { group, score } of rows) {
      if (group === null) continue
      worst.set(group, Math.min(worst.get(group) ?? Infinity, sign * score))
    }
    const leading = ({ group, score }: Finding) =>
      group === null ? sign * score : worst.get(group)!
    const sorted = [...rows].sort(
      (a, b) =>
        leading(a) - leading(b) ||
        (a.group ?? 0) - (b.group ?? 0) ||
        sign * (a.score - b.score) ||
        comparePaths(this.paths[a.image]!, this.paths[b.image]!),
    )
    this.found.set(kind, renumbered(sorted))
  }
  result(): FindingLists {
    const { found, gaps, scores } = this
    const asked = findingKinds.filter((kind) => this.has(kind))
    return {
      findings: asked.flatMap((kind) => found.get(kind) ?? []),
      counts: Object.fromEntries(asked.map((kind) => [kind, found.get(kind)?.length ?? 0])),
      ...{ gaps, scores },
    }
  }
}

/** Groups by the order in which they come, from 1. */
function renumbered(rows: readonly Finding[]): Finding[] {
  const numbers = new Map<number, number>()
  return rows.map((row) => {
    if (row.group === null) return row
    const number = numbers.get(row.group) ?? numbers.size + 1
    numbers.set(row.group, number)
    return { ...row, group: number }
  })
}

const comparePaths = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
