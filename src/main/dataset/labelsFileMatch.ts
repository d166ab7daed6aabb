import type { LeftOutFile } from '../../shared/model/dataset'
import type {
  Contradiction,
  LabelsFileReport,
  LooseMatch,
  UnmatchedRow,
} from '../../shared/model/importReport'
import { type LabelRow, type LabelsFile, maximumListed, rowOf } from './labelsFile'
import { matchRows } from './matchRows'

/** Which row of labels.csv each image has, and what became of the others. */
export class LabelsFileMatch {
  /** By the image's path. */
  private readonly loose = new Map<string, LabelRow>()
  private readonly kinds = new Map<
    LooseMatch,
    { count: number; readonly example: { readonly row: string; readonly image: string } }
  >()
  private readonly unmatched: UnmatchedRow[] = []
  private unmatchedTotal = 0
  private readonly contradictions: Contradiction[]
  private contradictionTotal: number
  private used = 0

  constructor(private readonly file: LabelsFile) {
    this.contradictions = [...file.contradictions]
    this.contradictionTotal = file.contradictionTotal
  }

  /** The row that names this image; before {@link match} those with its path alone. */
  rowOf(relativePath: string): LabelRow | undefined {
    return rowOf(this.file.rows, relativePath) ?? this.loose.get(relativePath)
  }

  looseRow(relativePath: string): LabelRow | undefined {
    return this.loose.get(relativePath)
  }

  /**
   * Finds the images of rows that have no path of an image.
   * @param images paths of all images of the folder
   * @param leftOut files that were found and are no images of the dataset
   */
  async match(images: readonly string[], leftOut: readonly LeftOutFile[]): Promise<void> {
    const { rows } = this.file
    if (rows.size === 0) return
    const exact = new Set<LabelRow>()
    for (const image of images) {
      const row = rowOf(rows, image)
      if (row !== undefined) exact.add(row)
    }
    this.used = exact.size
    const unread = new Set(leftOut.map(({ path }) => path.normalize('NFC')))
    const isUnread = ({ image }: LabelRow) =>
      unread.has(image.normalize('NFC').replaceAll('\\', '/').replace(/^\.\//, ''))
    const others = [...rows.values()].filter((row) => !exact.has(row))
    const { matched, ambiguous, absent } = await matchRows(
      others.filter((row) => !isUnread(row)),
      [...images].sort(),
    )
    for (const { row, image, kind } of matched) this.take(row, image, kind)
    const lacking = [
      ...ambiguous.map((found) => ({ ...found, reason: 'ambiguous' as const })),
      ...absent.map((row) => ({ row, reason: 'absent' as const, candidates: [] })),
      ...others
        .filter(isUnread)
        .map((row) => ({ row, reason: 'leftOut' as const, candidates: [] })),
    ].sort((a, b) => a.row.line - b.row.line)
    this.unmatchedTotal = lacking.length
    for (const { row, reason, candidates } of lacking.slice(0, maximumListed)) {
      this.unmatched.push({ line: row.line, image: row.image, reason, candidates })
    }
  }

  private take(row: LabelRow, image: string, kind: LooseMatch): void {
    const before = this.rowOf(image)
    const isExact = before !== undefined && before !== this.loose.get(image)
    if (before !== undefined && before.label !== row.label) {
      const [used, other] = isExact ? [before, row] : [row, before]
      this.contradictionTotal += 1
      if (this.contradictions.length < maximumListed) {
        this.contradictions.push({
          image,
          used: { line: used.line, label: used.label },
          other: { line: other.line, label: other.label },
        })
      }
    }
    if (isExact) return
    this.loose.set(image, row)
    this.used += 1
    const known = this.kinds.get(kind)
    if (known === undefined) this.kinds.set(kind, { count: 1, example: { row: row.image, image } })
    else known.count += 1
  }

  report(): LabelsFileReport {
    const { rowTotal, encoding, isEncodingGuessed } = this.file
    return {
      rows: rowTotal,
      used: this.used,
      encoding,
      isEncodingGuessed,
      loose: [...this.kinds].map(([kind, found]) => ({ kind, ...found })),
      unmatched: this.unmatched,
      unmatchedTotal: this.unmatchedTotal,
      contradictions: this.contradictions,
      contradictionTotal: this.contradictionTotal,
    }
  }
}
