import { type KeptUnseen, side } from '../../core/evaluation/keptUnseen'
import { splitOf, splitOfRun } from '../../core/plan/chooseSplit'
import { type KeptChoice } from '../../core/plan/planInput'
import { splitPart } from '../../core/evaluation/splitParts'
import { AppError } from '../../shared/errors'
import type { DatasetId, LabelId } from '../../shared/model/ids'
import type { DatasetSplit, MovedByMerge, SplitLabel, SplitSide } from '../../shared/model/split'
import type { TrainingOptions } from '../../shared/model/training'
import type { StoredLabelSide } from '../db/repositories/splitRepository'
import type { Store } from '../db/store'
import { readTrainingImages, type TrainingImages } from '../training/trainingImages'
import { drawnSides, keyOf, readKept, type SplitRequest } from './keptSplit'

export interface SplitServiceOptions {
  readonly store: Store
  readonly changed?: (event: { readonly datasetId: DatasetId }) => void
}

interface OfRequest {
  readonly datasetId: DatasetId
  readonly request: SplitRequest
}

/** What a dataset keeps unseen: shown, and chosen otherwise on purpose. */
export interface SplitService {
  /** @throws AppError noDataset */
  state(input: OfRequest): Promise<DatasetSplit>
  /**
   * Draws with this seed from now on; `unseen`: exactly these labels in place of the draw.
   * @throws AppError invalidInput where nothing could be tested or trained on; noDataset
   */
  choose(
    input: OfRequest & { readonly seed: number; readonly unseen: readonly LabelId[] | null },
  ): Promise<DatasetSplit>
  /**
   * What joining labels into one would move between training and test, by the split of the newest
   * run that has a test, else by the one that is planned. Nothing where none is kept yet.
   * @throws AppError noDataset
   */
  ofMerge(input: {
    readonly datasetId: DatasetId
    readonly from: readonly LabelId[]
    readonly into: LabelId
  }): Promise<MovedByMerge>
}

/** A request brought to a split. */
interface Drawn {
  readonly options: TrainingSplit
  readonly unseen: KeptUnseen
}
type TrainingSplit = Pick<
  TrainingOptions,
  'split' | 'testShare' | 'seed' | 'splitSeed' | 'splitBy' | 'unseenLabels'
>

export function createSplitService({ store, changed }: SplitServiceOptions): SplitService {
  const imagesOf = async (
    datasetId: DatasetId,
    joined?: ReadonlyMap<number, number>,
  ): Promise<TrainingImages> => {
    const dataset = await store.datasets.find(datasetId)
    if (dataset === undefined) {
      throw new AppError('noDataset', 'There is no such dataset. Import a folder first.')
    }
    return readTrainingImages(store, datasetId, dataset.folder, joined)
  }

  const draw = (images: TrainingImages, request: SplitRequest, kept: KeptChoice): Drawn => {
    const { options: chosen } = splitOf({ ...images, request, kept })
    const options = { ...chosen, seed: 1 }
    const { split, unseen } = splitOfRun({ ...images, kept }, options)
    return { options, unseen: unseen ?? shuffled(images, split) }
  }

  const storedOf = async (
    datasetId: DatasetId,
    options: TrainingSplit,
  ): Promise<{
    readonly stored: ReadonlyMap<number, StoredLabelSide>
    readonly isKept: boolean
  }> => {
    const key = keyOf(options)
    const stored =
      key?.kind === 'byClass' && options.unseenLabels === undefined
        ? await store.splits.labelSides(datasetId, key)
        : new Map<number, StoredLabelSide>()
    const isKept =
      stored.size > 0 ||
      (key?.kind === 'byImage' && (await store.splits.imageSides(datasetId, key)).size > 0)
    return { stored, isKept }
  }

  const state = async ({ datasetId, request }: OfRequest): Promise<DatasetSplit> => {
    const images = await imagesOf(datasetId)
    const drawn = draw(images, request, await readKept(store, datasetId, images, request))
    const { options, unseen } = drawn
    const { stored, isKept } = await storedOf(datasetId, options)
    return {
      kind: options.split,
      testShare: options.testShare,
      seed: options.splitSeed ?? 1,
      isByHand:
        options.unseenLabels !== undefined ||
        [...stored.values()].some(({ chosen }) => chosen !== null),
      isKept,
      labels: labelsOf(images, drawn, stored, await store.labels.names(datasetId)),
      leftOut: Uint32Array.from(unseen.leftOut, (i) => images.images.ids[i]!),
    }
  }

  const chooseByHand = async (
    { datasetId, request }: OfRequest,
    unseen: readonly LabelId[],
  ): Promise<void> => {
    const images = await imagesOf(datasetId)
    const kept = await readKept(store, datasetId, images, request)
    const { known: _, ...plain } = kept
    const { options, unseen: fresh } = draw(images, request, plain)
    const key = keyOf(options)
    if (key?.kind !== 'byClass') {
      throw new AppError(
        'invalidInput',
        'Single labels can be chosen only where whole labels are kept unseen. Choose that kind of split first.',
      )
    }
    const wanted = new Set<number>(unseen)
    checkChoice(images, wanted)
    // What was kept before is the draw, not what the labels of today would draw.
    const stored = await store.splits.labelSides(datasetId, key)
    const drawn = drawnSides(images, fresh)
    const chosen = new Map<LabelId, number | null>()
    for (const [id, of] of drawn.labels) {
      const chosenSide = wanted.has(id) ? side.unseen : side.train
      chosen.set(id as LabelId, (stored.get(id)?.drawn ?? of) === chosenSide ? null : chosenSide)
    }
    await store.splits.choose(datasetId, key, drawn, chosen)
  }

  return {
    state,

    async ofMerge({ datasetId, from, into }) {
      const runs = await store.runs.list(datasetId)
      const tested = runs.find(({ summary }) => summary.options.split !== 'none')?.summary.options
      const request =
        tested === undefined ? {} : { split: tested.split, testShare: tested.testShare }
      const drawnOf = async (images: TrainingImages): Promise<Drawn> =>
        draw(images, request, await readKept(store, datasetId, images, request))
      const before = await drawnOf(await imagesOf(datasetId))
      if (!(await storedOf(datasetId, before.options)).isKept) return { toTraining: 0, toTest: 0 }
      const joined = new Map(from.map((labelId) => [labelId, into]))
      const after = await drawnOf(await imagesOf(datasetId, joined))
      let toTraining = 0
      let toTest = 0
      before.unseen.parts.forEach((part, i) => {
        const next = after.unseen.parts[i]
        if (part === splitPart.test && next === splitPart.train) toTraining++
        if (part === splitPart.train && next === splitPart.test) toTest++
      })
      return { toTraining, toTest }
    },

    async choose({ datasetId, request, seed, unseen }) {
      const seeded = { datasetId, request: { ...request, splitSeed: seed } }
      if (unseen !== null) await chooseByHand(seeded, unseen)
      else {
        const images = await imagesOf(datasetId)
        const kept = await readKept(store, datasetId, images, seeded.request)
        const key = keyOf(draw(images, seeded.request, kept).options)
        if (key !== null) await store.splits.forgetChosen(datasetId, key)
      }
      await store.splits.setSeed(datasetId, seed)
      changed?.({ datasetId })
      return state({ datasetId, request })
    },
  }
}

/** A split of an earlier version in the terms of today's. */
function shuffled({ labels, labelIds }: TrainingImages, parts: Uint8Array): KeptUnseen {
  const labelSides = new Uint8Array(labelIds.length).fill(side.train)
  const leftOut: number[] = []
  labels.forEach((label, i) => {
    if (label < 0) return
    if (parts[i] === splitPart.none) leftOut.push(i)
    else labelSides[label] = parts[i]!
  })
  const imageSides = new Uint8Array(labels.length)
  return { parts, labelSides, imageSides, leftOut: Uint32Array.from(leftOut), waitingLabels: 0 }
}

/** @throws AppError invalidInput where nothing could be tested or trained on */
function checkChoice({ labels, labelIds }: TrainingImages, unseen: ReadonlySet<number>): void {
  const sizes = new Uint32Array(labelIds.length)
  for (const label of labels) if (label >= 0) sizes[label]! += 1
  const large = [...labelIds].filter((_, label) => sizes[label]! > 1)
  if (!large.some((id) => unseen.has(id))) {
    throw new AppError(
      'invalidInput',
      'Keep at least one label unseen that has two images; otherwise nothing could be tested.',
    )
  }
  if (!large.some((id) => !unseen.has(id)) || labelIds.every((id) => unseen.has(id))) {
    throw new AppError(
      'invalidInput',
      'Leave labels to train on, at least one of them with two images.',
    )
  }
}

function labelsOf(
  { labels, labelIds }: TrainingImages,
  { options, unseen }: Drawn,
  stored: ReadonlyMap<number, StoredLabelSide>,
  names: ReadonlyMap<number, string>,
): SplitLabel[] {
  const byClass = options.split === 'byClass'
  const counts = Array.from(labelIds, () => ({ image: 0, test: 0, train: 0, leftOut: 0 }))
  labels.forEach((label, i) => {
    if (label < 0) return
    const of = counts[label]!
    of.image++
    const part = unseen.parts[i]
    if (part === splitPart.test) of.test++
    else if (part === splitPart.train) of.train++
    else of.leftOut++
  })
  const sideOf = (of: number | undefined): SplitSide | null =>
    !byClass ? null : of === side.unseen ? 'unseen' : 'train'
  const rows = Array.from(labelIds, (id, label): SplitLabel => {
    const { image, test, train, leftOut } = counts[label]!
    const own = sideOf(unseen.labelSides[label])
    return {
      labelId: id as LabelId,
      name: names.get(id) ?? '',
      imageCount: image,
      testCount: test,
      trainCount: train,
      leftOutCount: leftOut,
      side: own,
      drawnSide: stored.has(id) ? sideOf(stored.get(id)!.drawn) : own,
      isWaiting: own === 'unseen' && test === 0,
    }
  })
  return rows.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}
