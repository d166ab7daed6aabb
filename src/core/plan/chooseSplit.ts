import {
  type PlanReason,
  trainingDefaults,
  type TrainingOptions,
} from '../../shared/model/training'
import { type KeptUnseen, keepUnseen } from '../evaluation/keptUnseen'
import { classSizes, splitRows } from '../evaluation/splitParts'
import { picturesOfClasses } from '../findings/setFindings'
import { createRandom } from '../math/random'
import type { PlanInput } from './planInput'

type SplitOptions = Pick<
  TrainingOptions,
  'split' | 'testShare' | 'splitSeed' | 'splitBy' | 'unseenLabels'
>

/** The kind, share and seed of the split that a request comes to, and why where it was not chosen. */
export function splitOf({
  labels,
  request,
  kept,
  contents,
}: Pick<PlanInput, 'labels' | 'request' | 'kept' | 'contents'>): {
  readonly options: SplitOptions
  readonly reason: PlanReason | null
} {
  const { testShare = trainingDefaults.testShare, splitBy = 'hash', unseenLabels } = request
  const named = unseenLabels === undefined ? {} : { unseenLabels }
  const reasons: PlanReason[] = []
  const split =
    request.split ??
    (unseenLabels === undefined
      ? chooseSplit(
          classSizes(labels),
          () => picturesOfClasses(labels, contents),
          kept?.isByClass === true,
          reasons,
        )
      : 'byClass')
  const reason = reasons[0] ?? null
  if (splitBy === 'shuffle') {
    const { splitSeed } = request
    const seeds = splitSeed === undefined ? {} : { splitSeed }
    return { options: { split, testShare, ...seeds }, reason }
  }
  const splitSeed = request.splitSeed ?? kept?.splitSeed ?? 1
  return { options: { split, testShare, splitSeed, splitBy, ...named }, reason }
}

/**
 * For each image 0 (not used), 1 (training) or 2 (test); the same for the same images, options and
 * known sides. Runs of earlier versions were divided by a shuffle of their labels and still are.
 */
export function splitOfRun(
  {
    labels,
    groups,
    labelKeys = Array.from(classSizes(labels).keys(), String),
    contents = Array.from(
      labels,
      (_, i) => `${groups === undefined ? 'image' : 'group'} ${groups?.[i] ?? i}`,
    ),
    kept,
  }: Pick<PlanInput, 'labels' | 'groups' | 'labelKeys' | 'contents' | 'kept'>,
  options: Pick<TrainingOptions, 'split' | 'testShare' | 'seed' | 'splitSeed' | 'splitBy'>,
): { readonly split: Uint8Array; readonly unseen: KeptUnseen | null } {
  const { split: kind, testShare, seed, splitSeed = seed, splitBy } = options
  if (splitBy !== 'hash') {
    const random = createRandom(splitSeed).fork('split')
    return { split: splitRows({ labels, groups, kind, testShare, random }), unseen: null }
  }
  const unseen = keepUnseen({
    kind,
    labels,
    labelKeys,
    contents,
    testShare,
    seed: splitSeed,
    ...(kept?.known === undefined ? {} : { known: kept.known }),
  })
  return { split: unseen.parts, unseen }
}

function chooseSplit(
  sizes: readonly number[],
  /** Different pictures of each class; empty where it is not known. */
  picturesOf: () => readonly number[],
  isByClass: boolean,
  reasons: PlanReason[],
): TrainingOptions['split'] {
  const usable = sizes.filter((size) => size >= 2).length
  if (usable >= (isByClass ? 4 : 8)) return 'byClass'
  // A test part by images needs two images of a label, and the training part two more.
  if (sizes.filter((size) => size >= 4).length >= 2) {
    // Copies stay on one side: of labels of one picture each nothing could be tested.
    const pictures = picturesOf()
    if (pictures.length > 0 && pictures.every((count) => count < 2)) {
      reasons.push('copiesNoTest')
      return 'none'
    }
    reasons.push('fewClassesByImage')
    return 'byImage'
  }
  reasons.push('oneClassNoSplit')
  return 'none'
}
