import type { LabelSummary } from '../../../../shared/model/dataset'
import type { ProjectionPoints } from '../../../../shared/model/projection'
import type { Rgb } from '../../scatter'
import { labelColorRgb } from '../../styles/labelColor'

export const colorings = ['label', 'split', 'neighbour'] as const
export type Coloring = (typeof colorings)[number]

/** One line of the legend: points that share a colour. */
export interface PointGroup {
  /** Stays the same while labels come and go, so that a dimmed line stays dimmed. */
  readonly key: string
  readonly kind: 'label' | 'labels' | 'noLabel' | 'train' | 'test' | 'noSplit' | 'wrong' | 'right'
  /** First and, of several labels, last name; empty where the kind says it all. */
  readonly first: string
  readonly last: string
  readonly labelCount: number
  readonly pointCount: number
  readonly color: Rgb
}

export interface Grouping {
  /** In the order of the legend; entry `groupOf[i]` is the group of point i. */
  readonly groups: readonly PointGroup[]
  readonly groupOf: Uint16Array
  /** True where a colour stands for several labels. */
  readonly isGrouped: boolean
}

/** Beyond this many labels, colours of their own could not be told apart. */
export const mostLabels = 20
/** Colours that stand for groups of labels. */
const mostGroups = 12

const grey: Rgb = [128, 128, 128]
const train: Rgb = [86, 180, 233]
const test: Rgb = [230, 159, 0]
const wrong: Rgb = [232, 138, 46]

/**
 * Which colour each point has and why.
 *
 * @param labelIds label of each point, 0 where it has none
 */
export function groupPoints(
  coloring: Coloring,
  points: Pick<ProjectionPoints, 'splits' | 'wrongNeighbour'>,
  labelIds: Uint32Array,
  labels: readonly LabelSummary[],
): Grouping {
  switch (coloring) {
    case 'label':
      return groupByLabel(labelIds, labels)
    case 'split':
      return collect(points.splits, [
        plain('noSplit', grey),
        plain('train', train),
        plain('test', test),
      ])
    case 'neighbour': {
      const codes = points.wrongNeighbour.map((isWrong, i) =>
        isWrong === 1 ? 2 : labelIds[i] === 0 ? 0 : 1,
      )
      return collect(codes, [plain('noLabel', grey), plain('right', train), plain('wrong', wrong)])
    }
  }
}

const plain = (kind: PointGroup['kind'], color: Rgb): PointGroup => ({
  key: kind,
  kind,
  first: '',
  last: '',
  labelCount: 0,
  pointCount: 0,
  color,
})

function groupByLabel(labelIds: Uint32Array, labels: readonly LabelSummary[]): Grouping {
  const present = new Set<number>(labelIds)
  const shown = labels
    .filter((label) => present.has(label.id))
    .toSorted((a, b) => compareNames(a.name, b.name))
  const isGrouped = shown.length > mostLabels
  const parts = isGrouped ? groupsOfLabels(shown) : shown.map((label) => [label])
  const groupOfLabel = new Map<number, number>()
  const groups: PointGroup[] = [plain('noLabel', grey)]
  parts.forEach((part, index) => {
    const [first] = part
    const last = part.at(-1)
    if (first === undefined || last === undefined) return
    for (const label of part) groupOfLabel.set(label.id, groups.length)
    groups.push({
      key: isGrouped ? `labels ${first.name}` : `label ${first.id}`,
      kind: part.length > 1 ? 'labels' : 'label',
      first: first.name,
      last: last.name,
      labelCount: part.length,
      pointCount: 0,
      color: labelColorRgb(isGrouped ? index : first.colorIndex),
    })
  })
  const codes = Uint16Array.from(labelIds, (id) => groupOfLabel.get(id) ?? 0)
  return { ...collect(codes, groups), isGrouped }
}

/**
 * Labels in few groups: by folder where their names have one (`animals/cat`), else neighbours in
 * the alphabet, so that a person finds the group of a label without a search.
 */
function groupsOfLabels(sorted: readonly LabelSummary[]): LabelSummary[][] {
  const folders = new Map<string, LabelSummary[]>()
  for (const label of sorted) {
    const folder = label.name.split('/')[0] ?? label.name
    const part = folders.get(folder)
    if (part === undefined) folders.set(folder, [label])
    else part.push(label)
  }
  if (folders.size > 1 && folders.size <= mostLabels) return [...folders.values()]
  const size = Math.ceil(sorted.length / mostGroups)
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
    sorted.slice(i * size, (i + 1) * size),
  )
}

const collator = new Intl.Collator('en', { numeric: true })
const compareNames = (a: string, b: string): number => collator.compare(a, b)

/** Counts the points of each group; groups without points are left out of the legend. */
function collect(codes: ArrayLike<number>, all: readonly PointGroup[]): Grouping {
  const counts = new Uint32Array(all.length)
  for (let i = 0; i < codes.length; i++) counts[codes[i]!]!++
  const place = new Map<number, number>()
  const groups: PointGroup[] = []
  // What has no label comes last: it is the least of the legend.
  const order = [...all.keys()].toSorted(
    (a, b) => Number(isRest(all[a]!)) - Number(isRest(all[b]!)),
  )
  for (const code of order) {
    const pointCount = counts[code]!
    if (pointCount === 0) continue
    place.set(code, groups.length)
    groups.push({ ...all[code]!, pointCount })
  }
  const groupOf = Uint16Array.from(codes, (code) => place.get(code) ?? 0)
  return { groups, groupOf, isGrouped: false }
}

const isRest = (group: PointGroup): boolean => group.kind === 'noLabel' || group.kind === 'noSplit'
