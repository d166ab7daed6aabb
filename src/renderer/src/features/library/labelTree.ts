import type { LabelSummary } from '../../../../shared/model/dataset'
import type { LabelId } from '../../../../shared/model/ids'

/** A row of the list of labels: a label, or what several labels have in common before a `/`. */
export interface LabelTreeRow {
  /** Names up to here, for instance `animals/mammals`. */
  readonly path: string
  /** The part of the path that the row shows; rows above it show the rest. */
  readonly name: string
  /** 0 at the edge. */
  readonly depth: number
  /** Of the label itself; null for a folder alone. */
  readonly label: LabelSummary | null
  readonly isFolder: boolean
  readonly isOpen: boolean
  /** Images of all labels at and below this row. */
  readonly imageCount: number
  /** All labels at and below this row. */
  readonly labelIds: readonly LabelId[]
}

interface Branch {
  readonly path: string
  label: LabelSummary | null
  readonly children: Map<string, Branch>
}

const branch = (path: string): Branch => ({ path, label: null, children: new Map() })
const byName = (a: string, b: string): number => a.localeCompare(b, undefined, { numeric: true })

/**
 * Labels as a tree by `/`, in order of their names. What only leads to one place is one row with
 * it. `closed` holds the paths of folders whose labels do not show.
 */
export function labelTree(
  labels: readonly LabelSummary[],
  closed: ReadonlySet<string>,
): readonly LabelTreeRow[] {
  const root = branch('')
  for (const label of labels) {
    let at = root
    for (const part of label.name.split('/')) {
      const path = at === root ? part : `${at.path}/${part}`
      const known = at.children.get(part)
      const next = known ?? branch(path)
      if (known === undefined) at.children.set(part, next)
      at = next
    }
    at.label = label
  }

  const rows: LabelTreeRow[] = []
  /** Appends the rows of a branch; answers with its labels. */
  function append(start: Branch, above: string, depth: number, isHidden: boolean): LabelSummary[] {
    let at = start
    while (at.label === null && at.children.size === 1) at = [...at.children.values()][0]!
    const isFolder = at.children.size > 0
    const isOpen = isFolder && !closed.has(at.path)
    const place = rows.length
    const inside = [...at.children]
      .sort(([a], [b]) => byName(a, b))
      .flatMap(([, child]) => append(child, at.path, depth + 1, isHidden || !isOpen))
    const all = at.label === null ? inside : [at.label, ...inside]
    if (!isHidden) {
      rows.splice(place, 0, {
        path: at.path,
        name: above === '' ? at.path : at.path.slice(above.length + 1) || '/',
        depth,
        label: at.label,
        isFolder,
        isOpen,
        imageCount: all.reduce((sum, { imageCount }) => sum + imageCount, 0),
        labelIds: all.map(({ id }) => id),
      })
    }
    return all
  }
  for (const [, child] of [...root.children].sort(([a], [b]) => byName(a, b))) {
    append(child, '', 0, false)
  }
  return rows
}

/** Labels one below the other by their whole names: what a search found. */
export const flatLabels = (labels: readonly LabelSummary[]): readonly LabelTreeRow[] =>
  labels
    .toSorted((a, b) => byName(a.name, b.name))
    .map((label) => ({
      path: label.name,
      name: label.name,
      depth: 0,
      label,
      isFolder: false,
      isOpen: false,
      imageCount: label.imageCount,
      labelIds: [label.id],
    }))
