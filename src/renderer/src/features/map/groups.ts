import { groupPlaces } from '../../../../core/geometry'
import type { LabelSummary } from '../../../../shared/model/dataset'
import type { ProjectionPoints } from '../../../../shared/model/projection'
import type { Rgb } from '../../scatter'
import { labelColorRgb } from '../../styles/labelColor'
import { placeColors } from './placeColors'

export const colorings = ['label', 'split', 'neighbour'] as const
export type Coloring = (typeof colorings)[number]

/** One line of the legend: points that share a colour. */
export interface PointGroup {
  /** Stays the same while labels come and go, so that a dimmed line stays dimmed. */
  readonly key: string
  readonly kind: 'label' | 'noLabel' | 'train' | 'test' | 'noSplit' | 'wrong' | 'right'
  /** Of a label; empty where the kind says it all. */
  readonly name: string
  readonly pointCount: number
  readonly color: Rgb
}

export interface Grouping {
  /** In the order of the legend; entry `groupOf[i]` is the group of point i. */
  readonly groups: readonly PointGroup[]
  readonly groupOf: Uint16Array
  /** True where colours follow the places of the labels, not the labels themselves. */
  readonly isByPlace: boolean
}

/** Beyond this many labels, colours of their own could not be told apart. */
const mostLabels = 20

const grey: Rgb = [128, 128, 128]
const train: Rgb = [86, 180, 233]
const test: Rgb = [230, 159, 0]
const wrong: Rgb = [232, 138, 46]

/** A colour as CSS writes it. */
export const cssOf = (color: Rgb): string => `rgb(${color.join(' ')})`

/**
 * Which colour each point has and why.
 *
 * @param labelIds label of each point, 0 where it has none
 */
export function groupPoints(
  coloring: Coloring,
  points: Pick<ProjectionPoints, 'splits' | 'wrongNeighbour' | 'xy'>,
  labelIds: Uint32Array,
  labels: readonly LabelSummary[],
): Grouping {
  switch (coloring) {
    case 'label':
      return groupByLabel(points.xy, labelIds, labels)
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
  name: '',
  pointCount: 0,
  color,
})

function groupByLabel(
  xy: Float32Array,
  labelIds: Uint32Array,
  labels: readonly LabelSummary[],
): Grouping {
  const present = new Set<number>(labelIds)
  const shown = labels
    .filter((label) => present.has(label.id))
    .toSorted((a, b) => compareNames(a.name, b.name))
  const numbers = new Map<number, number>(shown.map(({ id }, index) => [id, index + 1]))
  const codes = Uint16Array.from(labelIds, (id) => numbers.get(id) ?? 0)
  const isByPlace = shown.length > mostLabels
  const places = isByPlace ? placeColors(groupPlaces(xy, codes, shown.length + 1).xy) : []
  const groups = shown.map((label, index): PointGroup => ({
    key: `label ${label.id}`,
    kind: 'label',
    name: label.name,
    pointCount: 0,
    color: isByPlace ? places[index + 1]! : labelColorRgb(label.colorIndex),
  }))
  return { ...collect(codes, [plain('noLabel', grey), ...groups]), isByPlace }
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
  return { groups, groupOf, isByPlace: false }
}

const isRest = (group: PointGroup): boolean => group.kind === 'noLabel' || group.kind === 'noSplit'
