import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { createMatrix, gatherRows } from '../../core/math/matrix'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import { createRandom } from '../../core/math/random'
import { requestOfRun } from '../../core/plan/runRequest'
import { AppError } from '../../shared/errors'
import type { ImageId, RunId } from '../../shared/model/ids'
import type { RunReport, TrainingState } from '../../shared/model/training'
import type { Store } from '../db/store'
import type { ProjectionService } from '../projection/projectionService'
import { loadEmbeddings } from '../runs/embeddingFiles'
import type { TrainingService } from '../training/trainingService'
import { runFolder, thumbnailFile, type Workspace } from '../workspace'
import { likelyMislabels, type MislabelFinding } from './likelyMislabels'
import { drawMap } from './mapPicture'

/** What a report is made from. */
export interface ReportSources {
  readonly store: Store
  readonly workspace: Workspace
  readonly training: Pick<TrainingService, 'state' | 'report'>
  readonly projection: Pick<ProjectionService, 'points'>
}

export interface ShownImage {
  readonly path: string
  /** Empty without one. */
  readonly label: string
  /** Of the picture, as a data address; null where it is gone. */
  readonly picture: string | null
}

/** What a report says. */
export interface ReportContent {
  readonly dataset: string
  readonly imageCount: number
  readonly state: TrainingState
  readonly quality: RunReport
  readonly labelName: (id: number) => string
  readonly imageOf: (id: number) => ShownImage
  /** Of `method`; null where none was computed. */
  readonly map: { readonly method: string; readonly picture: string } | null
  readonly triplets: readonly ShownTriplet[]
  readonly mislabels: MislabelFinding & {
    readonly ids: readonly number[]
    readonly names: readonly string[]
  }
  /** What run.json says. */
  readonly request: object
}

interface ShownTriplet {
  readonly anchor: ImageId
  readonly positive: ImageId
  readonly negative: ImageId
  readonly positiveDistance: number
  readonly negativeDistance: number
}

/** How many of each are shown. */
export const shownCounts = {
  triplets: 12,
  mislabels: 24,
  confusions: 12,
  ofConfusion: 3,
  labels: 30,
}
const picturePx = 144

/**
 * Gathers what is known of a run.
 * @returns null where it was cancelled
 * @throws AppError notFound, noEmbeddings
 */
export async function collectReport(
  sources: ReportSources,
  runId: RunId,
  {
    quality: given,
    signal,
    onProgress,
  }: {
    readonly quality?: RunReport | undefined
    readonly signal?: AbortSignal | undefined
    readonly onProgress: (share: number) => void
  },
): Promise<ReportContent | null> {
  const { store, workspace, training, projection } = sources
  const isOver = () => signal?.aborted === true
  const state = await training.state({ runId })
  if (state === null) throw new AppError('notFound', 'That run is no longer there.', { runId })
  const { datasetId, run } = state
  if (!run.hasEmbeddings) {
    throw new AppError(
      'noEmbeddings',
      'This run saved no embeddings, so there is nothing to report. Train again.',
      { runId },
    )
  }
  const dataset = await store.datasets.find(datasetId)
  const quality =
    given ??
    (await training.report({ runId }, (done, total) =>
      onProgress((0.3 * done) / Math.max(1, total)),
    ))
  if (isOver()) return null
  const names = await store.labels.names(datasetId)
  const rows = await store.images.trainingRows(datasetId)
  const placeOf = new Map<number, number>()
  rows.ids.forEach((id, place) => placeOf.set(id, place))
  onProgress(0.3)

  const { ids, embeddings, embeddingSize } = await loadEmbeddings(runFolder(workspace, runId))
  const labelIdOf = (id: number): number => {
    const place = placeOf.get(id)
    return place === undefined || rows.excluded[place] === 1 ? 0 : rows.labelIds[place]!
  }
  const labelled = Uint32Array.from(ids.keys()).filter((row) => labelIdOf(ids[row]!) !== 0)
  const unit = gatherRows(createMatrix(ids.length, embeddingSize, embeddings), labelled)
  normalizeInPlace(unit)
  const labels = Int32Array.from(labelled, (row) => labelIdOf(ids[row]!))
  const mislabels = await likelyMislabels(unit, labels, {
    ...{ most: shownCounts.mislabels, random: createRandom('report'), signal },
  })
  if (mislabels === null) return null
  onProgress(0.7)

  const triplets = (await store.triplets.hardest(runId, shownCounts.triplets)).map((one) => ({
    ...{ anchor: one.anchor, positive: one.positive, negative: one.negative },
    positiveDistance: one.positiveDistance ?? one.minedPositiveDistance,
    negativeDistance: one.negativeDistance ?? one.minedNegativeDistance,
  }))
  const mislabelIds = mislabels.images.map(({ row }) => ids[labelled[row]!]!)
  const shown = new Set<number>([
    ...triplets.flatMap(({ anchor, positive, negative }) => [anchor, positive, negative]),
    ...mislabelIds,
    ...quality.confusions
      .slice(0, shownCounts.confusions)
      .flatMap(({ imageIds }) => imageIds.slice(0, shownCounts.ofConfusion)),
  ])
  const pictures = new Map<number, string>()
  let done = 0
  for (const id of shown) {
    if (isOver()) return null
    const place = placeOf.get(id)
    const picture = place === undefined ? null : await smallPicture(workspace, rows.sha256[place]!)
    if (picture !== null) pictures.set(id, picture)
    onProgress(0.7 + (0.2 * ++done) / shown.size)
  }

  const points = await projection.points({ runId })
  const map =
    points === null
      ? null
      : {
          method: points.method,
          picture: dataAddress(
            'png',
            await drawMap({
              xy: points.xy,
              labels: Array.from(points.ids, (id) => names.get(labelIdOf(id)) ?? ''),
            }),
          ),
        }
  onProgress(0.95)
  return {
    dataset: dataset?.name ?? '',
    imageCount: ids.length,
    ...{ state, quality, map, triplets },
    mislabels: {
      ...mislabels,
      ids: mislabelIds,
      names: mislabels.images.map(({ suggestedLabel }) => names.get(suggestedLabel) ?? ''),
    },
    labelName: (id) => names.get(id) ?? '',
    imageOf: (id) => {
      const place = placeOf.get(id)
      return {
        path: place === undefined ? '' : rows.relativePaths[place]!,
        label: place === undefined ? '' : (names.get(rows.labelIds[place]!) ?? ''),
        picture: pictures.get(id) ?? null,
      }
    },
    request: requestOfRun(run.options, run.backend?.name),
  }
}

async function smallPicture(workspace: Workspace, sha256: string): Promise<string | null> {
  try {
    const thumbnail = await readFile(thumbnailFile(workspace, sha256))
    const small = sharp(thumbnail).resize(picturePx, picturePx, { fit: 'inside' })
    return dataAddress('webp', await small.webp({ quality: 78 }).toBuffer())
  } catch {
    return null
  }
}

const dataAddress = (kind: string, bytes: Buffer): string =>
  `data:image/${kind};base64,${bytes.toString('base64')}`
