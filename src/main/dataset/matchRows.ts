import type { LooseMatch } from '../../shared/model/importReport'
import type { LabelRow } from './labelsFile'

interface MatchedRow {
  readonly row: LabelRow
  /** Path of the image. */
  readonly image: string
  readonly kind: LooseMatch
}

export interface MatchedRows {
  readonly matched: readonly MatchedRow[]
  /** Rows that may mean several images, with the first of these. */
  readonly ambiguous: readonly { readonly row: LabelRow; readonly candidates: readonly string[] }[]
  readonly absent: readonly LabelRow[]
}

interface Level {
  readonly kind: LooseMatch
  /** Makes paths equal that differ in what this level overlooks. */
  readonly key: (path: string) => string
  /** What only rows have. */
  readonly row?: (path: string) => string
}

const mostCandidates = 3

/** Each overlooks what those before it do as well. */
const levels: readonly Level[] = [
  { kind: 'suffix', key: (path) => path },
  { kind: 'percent', key: (path) => path, row: percentDecoded },
  { kind: 'case', key: (path) => path.toLowerCase() },
  { kind: 'zeros', key: (path) => path.replace(/(^|\D)0+(?=\d)/g, '$1') },
  { kind: 'extension', key: (path) => path.replace(/\.[a-z0-9]{1,5}$/, '') },
]

/**
 * Finds the images of rows whose paths are no exact ones: absolute paths, the folder's own name in
 * front or base names alone (either path is the end of the other), backslashes, percent encoding,
 * other letter case, lost leading zeros, another ending. A row is taken at the strictest level where
 * anything fits, and only where one image does.
 * @param images relative paths, `/` between parts
 */
export async function matchRows(
  rows: readonly LabelRow[],
  images: readonly string[],
): Promise<MatchedRows> {
  const matched: MatchedRow[] = []
  const ambiguous: { row: LabelRow; candidates: readonly string[] }[] = []
  let open = rows.map((row) => ({ row, path: slashed(row.image) }))
  let keys: readonly string[] = images.map((image) => image.normalize('NFC'))
  for (const level of levels) {
    if (open.length === 0) break
    keys = keys.map(level.key)
    open = open.map(({ row, path }) => ({ row, path: level.key(level.row?.(path) ?? path) }))
    const index = new PathIndex(keys, new Set(open.map(({ path }) => path)))
    const rest: typeof open = []
    for (const [at, one] of open.entries()) {
      const found = index.find(one.path)
      if (found.length === 0) rest.push(one)
      else if (found.length > 1) {
        const candidates = found.slice(0, mostCandidates).map((image) => images[image]!)
        ambiguous.push({ row: one.row, candidates })
      } else matched.push({ row: one.row, image: images[found[0]!]!, kind: level.kind })
      if (at % 10_000 === 9_999) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    open = rest
  }
  return { matched, ambiguous, absent: open.map(({ row }) => row) }
}

/** Images by their whole keys, and by those ends of them that rows ask for. */
class PathIndex {
  private readonly whole = new Map<string, number[]>()
  private readonly ends = new Map<string, number[]>()
  private readonly folders = new Set<string>()

  constructor(keys: readonly string[], asked: ReadonlySet<string>) {
    keys.forEach((key, image) => {
      add(this.whole, key, image)
      for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
        const end = key.slice(slash + 1)
        this.folders.add(key.slice(0, slash))
        if (asked.has(end)) add(this.ends, end, image)
      }
    })
  }

  /**
   * Images with this path; else those whose path ends with it; else the longest that ends it, but
   * not out of a folder that is there: what it lacks is elsewhere by accident alone.
   */
  find(path: string): readonly number[] {
    const exact = this.whole.get(path) ?? this.ends.get(path)
    if (exact !== undefined) return exact
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (this.folders.has(path.slice(0, slash))) continue
      const shorter = this.whole.get(path.slice(slash + 1))
      if (shorter !== undefined) return shorter
    }
    return []
  }
}

function add(index: Map<string, number[]>, key: string, image: number): void {
  const known = index.get(key)
  if (known === undefined) index.set(key, [image])
  else if (known.length < mostCandidates) known.push(image)
}

const slashed = (path: string): string =>
  path
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')

function percentDecoded(path: string): string {
  try {
    return decodeURIComponent(path).normalize('NFC')
  } catch {
    return path
  }
}
