import { labelDifferences } from '../../core/evaluation/labelDifferences'
import {
  type NeighbourChange,
  neighbourChanges,
  spreadQueries,
} from '../../core/evaluation/neighbourChange'
import { pairedBootstrap, unitsOf } from '../../core/evaluation/pairedBootstrap'
import { createMatrix, gatherRows } from '../../core/math/matrix'
import { createRandom } from '../../core/math/random'
import { simdProduct } from '../../core/math/simdProduct'
import {
  type ChangedNeighbours,
  comparedMetrics,
  type PairComparison,
} from '../../shared/model/comparison'
import type { ImageId, LabelId } from '../../shared/model/ids'
import { measureShared, mostDistances, type OpenRun, openRun } from './compareRuns'
import type { PairJob } from './messages'

/** Neighbours of an image that are looked at. */
const neighbourCount = 10
/** Images that are listed with their neighbours. */
const mostListed = 100

/**
 * Holds two runs against each other on the images that both have and on today's labels.
 * @throws AppError embeddingsDamaged
 */
export async function comparePair(job: PairJob): Promise<PairComparison> {
  const labelOf = new Map(Array.from(job.imageIds, (id, row) => [id, job.labelIds[row]!]))
  const earlier = await openRun(job.earlier, labelOf)
  const later = await openRun(job.later, labelOf)
  const tested = new Set(later.test.testLabels)
  const shared = earlier.test.testLabels.filter((label) => tested.has(label)).length
  const here = new Set(idsOfTest(later))
  return {
    earlierId: job.earlier.runId,
    laterId: job.later.runId,
    testImages: idsOfTest(earlier).filter((id) => here.has(id)).length,
    testLabels: shared,
    isSameTest:
      shared === earlier.test.testLabels.length && shared === later.test.testLabels.length,
    ...measured(earlier, later),
    neighbours: neighboursOf(earlier, later, labelOf),
  }
}

const idsOfTest = ({ stored, test }: OpenRun): number[] =>
  Array.from(test.rows, (row) => stored.ids[row]!)

function measured(earlier: OpenRun, later: OpenRun): Pick<PairComparison, 'metrics' | 'labels'> {
  const before = measureShared(earlier, later)
  const after = measureShared(later, earlier)
  const random = createRandom(later.run.seed)
  const { label } = before.perQuery
  const metrics = comparedMetrics.flatMap((name) => {
    const [one, other] = [before[name], after[name]]
    const difference = pairedBootstrap(
      unitsOf(label, before.perQuery[name]),
      unitsOf(label, after.perQuery[name]),
      // As the list of runs draws it, so that the same figure is the same there.
      { random: random.fork('difference') },
    )
    if (one === null || other === null || difference === null) return []
    return [{ name, earlier: one, later: other, difference }]
  })
  const labels = labelDifferences(label, before.perQuery.mapAtR, after.perQuery.mapAtR, {
    random: random.fork('labels'),
  })
  return {
    metrics,
    labels: labels.map(({ label: id, ...rest }) => ({ labelId: id as LabelId, ...rest })),
  }
}

function neighboursOf(
  earlier: OpenRun,
  later: OpenRun,
  labelOf: ReadonlyMap<number, number>,
): PairComparison['neighbours'] {
  const rowLater = new Map(Array.from(later.stored.ids, (id, row) => [id, row]))
  const rows = [...earlier.stored.ids.keys()].filter((row) => {
    const id = earlier.stored.ids[row]!
    return labelOf.has(id) && rowLater.has(id)
  })
  const ids = rows.map((row) => earlier.stored.ids[row]!)
  const matrixOf = ({ stored }: OpenRun, of: readonly number[]) =>
    gatherRows(createMatrix(stored.ids.length, stored.embeddingSize, stored.embeddings), of)
  const queries = spreadQueries(ids.length, mostDistances / 2)
  const changes = neighbourChanges(
    matrixOf(earlier, rows),
    matrixOf(
      later,
      ids.map((id) => rowLater.get(id)!),
    ),
    { k: neighbourCount, queries, product: simdProduct },
  )
  const listed = changes.map((change) => describe(change, ids, labelOf))
  return {
    count: neighbourCount,
    images: ids.length,
    asked: queries.length,
    overlap:
      changes.length === 0
        ? null
        : changes.reduce((sum, { overlap }) => sum + overlap, 0) / changes.length,
    changed: listed
      .filter(({ overlap }) => overlap < 1)
      .sort((a, b) => a.overlap - b.overlap || shiftOf(b) - shiftOf(a) || a.imageId - b.imageId)
      .slice(0, mostListed),
  }
}

/** By how many right neighbours more or fewer: of images that changed alike these come first. */
const shiftOf = ({ rightBefore, rightAfter }: ChangedNeighbours): number =>
  Math.abs((rightAfter ?? 0) - (rightBefore ?? 0))

function describe(
  { row, overlap, before, after }: NeighbourChange,
  ids: readonly number[],
  labelOf: ReadonlyMap<number, number>,
): ChangedNeighbours {
  const label = labelOf.get(ids[row]!) ?? 0
  const idsOf = (rows: Uint32Array) => Array.from(rows, (other) => ids[other]! as ImageId)
  const rightOf = (rows: Uint32Array) =>
    label === 0 ? null : rows.filter((other) => labelOf.get(ids[other]!) === label).length
  return {
    imageId: ids[row]! as ImageId,
    overlap,
    before: idsOf(before),
    after: idsOf(after),
    rightBefore: rightOf(before),
    rightAfter: rightOf(after),
  }
}
