import { type KeptUnseen, type KnownSides, side } from '../../core/evaluation/keptUnseen'
import { splitOf } from '../../core/plan/chooseSplit'
import { type KeptChoice } from '../../core/plan/planInput'
import type { DatasetId } from '../../shared/model/ids'
import type { TrainingOptions, TrainingRequest } from '../../shared/model/training'
import type { DrawnSides, SplitKey } from '../db/repositories/splitRepository'
import type { Store } from '../db/store'
import type { TrainingImages } from '../training/trainingImages'

export type SplitRequest = Pick<
  TrainingRequest,
  'split' | 'testShare' | 'splitSeed' | 'splitBy' | 'unseenLabels'
>
type SplitImages = Pick<TrainingImages, 'images' | 'labels' | 'labelIds' | 'contents'>
type SplitOptions = Pick<
  TrainingOptions,
  'split' | 'testShare' | 'seed' | 'splitSeed' | 'splitBy' | 'unseenLabels'
>

/**
 * What was decided before of the split that a request comes to, for planning. Changes nothing: a
 * split is kept when a run begins with it (`keepSides`), and until then is drawn anew each time.
 */
export async function readKept(
  store: Store,
  datasetId: DatasetId,
  images: SplitImages,
  request: SplitRequest,
): Promise<KeptChoice> {
  const choice = {
    splitSeed: await store.splits.seed(datasetId),
    isByClass: await store.splits.hasByClass(datasetId),
  }
  const { options } = splitOf({ ...images, request, kept: choice })
  const known = await knownSides(store, datasetId, images, { ...options, seed: choice.splitSeed })
  return known === null ? choice : { ...choice, known }
}

/** Sides that a run of these options finds decided; null where its split is not kept. */
export async function knownSides(
  store: Store,
  datasetId: DatasetId,
  { images, labelIds }: Pick<SplitImages, 'images' | 'labelIds'>,
  options: SplitOptions,
): Promise<KnownSides | null> {
  if (options.unseenLabels !== undefined) {
    const names = await store.labels.names(datasetId)
    const unseen = new Set(options.unseenLabels.map((name) => name.normalize('NFC')))
    const sideOf = (id: number) => (unseen.has(names.get(id) ?? '') ? side.unseen : side.train)
    return { labels: Uint8Array.from(labelIds, sideOf), isByHand: true }
  }
  const key = keyOf(options)
  if (key === null) return null
  if (key.kind === 'byImage') {
    const sides = await store.splits.imageSides(datasetId, key)
    return {
      images: Uint8Array.from(images.sha256, (sha256) => sides.get(sha256) ?? side.unknown),
    }
  }
  const sides = await store.splits.labelSides(datasetId, key)
  return {
    labels: Uint8Array.from(labelIds, (id) => {
      const known = sides.get(id)
      return known?.chosen ?? known?.drawn ?? side.unknown
    }),
    isByHand: [...sides.values()].some(({ chosen }) => chosen !== null),
  }
}

/** Keeps what was drawn for a run with the dataset; what is kept already stays. */
export async function keepSides(
  store: Store,
  datasetId: DatasetId,
  images: SplitImages,
  options: SplitOptions,
  unseen: KeptUnseen | null,
): Promise<void> {
  const key = options.unseenLabels === undefined ? keyOf(options) : null
  if (key === null || unseen === null) return
  await store.splits.keep(datasetId, key, drawnSides(images, unseen))
}

/** The sides of a draw as the database keeps them. */
export function drawnSides({ images, labelIds }: SplitImages, unseen: KeptUnseen): DrawnSides {
  const labels = new Map<number, number>()
  unseen.labelSides.forEach((of, label) => {
    if (of !== side.unknown) labels.set(labelIds[label]!, of)
  })
  const contents = new Map<string, number>()
  unseen.imageSides.forEach((of, i) => {
    if (of !== side.unknown) contents.set(images.sha256[i]!, of)
  })
  return { labels, images: contents }
}

/** What tells a kept split; null where nothing is kept: no test part, or divided by a shuffle. */
export function keyOf(options: SplitOptions): SplitKey | null {
  const { split, testShare, splitBy, splitSeed = options.seed } = options
  return split === 'none' || splitBy !== 'hash' ? null : { kind: split, testShare, seed: splitSeed }
}
