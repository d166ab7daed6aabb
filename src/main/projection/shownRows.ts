import { imageFlag, type ImageColumns } from '../../shared/model/dataset'
import type { ProjectionPoints } from '../../shared/model/projection'
import type { RunEmbeddings } from './embeddingCache'
import type { NeighbourRows } from './messages'

/**
 * The points of images that are still there and not excluded, in the run's order. A point is a
 * wrong neighbour where the nearest such image has another label; without a label on either side
 * nothing is wrong.
 *
 * @param xy [all rows of the run, 2]
 * @param neighbours null while they are not known: then nothing is marked
 */
export function shownRows(
  run: Pick<RunEmbeddings, 'ids' | 'splits'>,
  xy: Float32Array,
  neighbours: NeighbourRows | null,
  images: ImageColumns,
): Pick<ProjectionPoints, 'ids' | 'xy' | 'splits' | 'wrongNeighbour'> {
  const labelOf = new Map<number, number>()
  for (let i = 0; i < images.ids.length; i++) {
    const isHidden = (images.flags[i]! & (imageFlag.excluded | imageFlag.missing)) !== 0
    if (!isHidden) labelOf.set(images.ids[i]!, images.labelIds[i]!)
  }
  const total = run.ids.length
  /** Label of each row; -1 where it is not shown, 0 without a label. */
  const labels = Int32Array.from(run.ids, (id) => labelOf.get(id) ?? -1)
  const count = labels.reduce((sum, label) => sum + (label < 0 ? 0 : 1), 0)
  const shown = {
    ids: new Uint32Array(count),
    xy: new Float32Array(2 * count),
    splits: new Uint8Array(count),
    wrongNeighbour: new Uint8Array(count),
  }
  for (let row = 0, at = 0; row < total; row++) {
    if (labels[row]! < 0) continue
    shown.ids[at] = run.ids[row]!
    shown.xy[2 * at] = xy[2 * row]!
    shown.xy[2 * at + 1] = xy[2 * row + 1]!
    shown.splits[at] = run.splits[row] ?? 0
    shown.wrongNeighbour[at] = neighbours !== null && isWrong(row, labels, neighbours) ? 1 : 0
    at++
  }
  return shown
}

function isWrong(row: number, labels: Int32Array, { count, indices }: NeighbourRows): boolean {
  if (labels[row] === 0) return false
  for (let at = row * count; at < (row + 1) * count; at++) {
    const label = labels[indices[at]!]!
    if (label >= 0) return label !== 0 && label !== labels[row]
  }
  return false
}
