import { evaluateRetrieval } from '../../../src/core/evaluation/retrieval'
import type { Matrix } from '../../../src/core/math/matrix'
import { createRandom } from '../../../src/core/math/random'
import type { SavedModel } from '../../../src/core/network'
import { Interruption } from '../../../src/core/interruption'
import { planTraining } from '../../../src/core/plan/plan'
import { neverKept } from '../../../src/core/plan/planInput'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import {
  applyPreparation,
  foldPreparation,
  type Preparation,
} from '../../../src/core/starts/preparation'
import { side } from '../../../src/core/evaluation/keptUnseen'
import type { Backend } from '../../../src/main/backend/backend'
import { describeExtractors } from '../../../src/main/features/extractors'
import type { LoadedImages } from '../../../src/main/features/loadedImages'
import { thread } from '../../../src/main/training/thread'
import { gather } from '../../../src/core/inputSource'
import { StageReport } from '../../../src/core/recipes/stageReport'
import { divideRows, embedTest, trainModel } from '../../../src/core/recipes/trainModel'
import {
  noRecords,
  type TrainedModel,
  type TrainingContext,
} from '../../../src/core/recipes/surroundings'
import type { RetrievalMetrics } from '../../../src/shared/model/training'
import type { BuiltSet, ImageSet } from '../sets/imageSet'
import { type Candidate, judge, type KeptRun, type QueryResults } from './verdict'

/** The set as the program plans it, with the seed for the split and for the training. */
export function planOf(
  { labels, labelKeys, contents }: ImageSet,
  { unseenLabels }: Pick<BuiltSet, 'unseenLabels'>,
  seed: number,
) {
  const unseen = new Set(unseenLabels)
  const sideOf = (key: string) => (unseen.has(key) ? side.unseen : side.train)
  const known = { labels: Uint8Array.from(labelKeys, sideOf), isByHand: true }
  return planTraining({
    ...{ labels, labelKeys, contents },
    request: {
      seed,
      splitSeed: seed,
      ...(unseenLabels === undefined ? {} : { unseenLabels: [...unseenLabels] }),
    },
    ...(unseenLabels === undefined ? {} : { kept: { ...neverKept, known } }),
    extractors: describeExtractors(),
    featuresCached: () => labels.length,
    speed: shippedSpeeds.tensorflow,
  })
}

/**
 * One click on a set whose features are there: split, plan, training and choice are the program's
 * own, and what was chosen is compared on the test part with what was not.
 */
export async function measureRun({
  set,
  built,
  inputs,
  seed,
  backend,
}: {
  readonly set: ImageSet
  readonly built: Pick<BuiltSet, 'unseenLabels'>
  readonly inputs: LoadedImages
  readonly seed: number
  readonly backend: Backend
}): Promise<KeptRun> {
  const started = performance.now()
  const { plan, split } = planOf(set, built, seed)
  const { options } = plan
  const data = divideRows(inputs, set.labels, split, options, set.labelKeys)
  // What the program holds in between, to compare with what it keeps.
  const seen: { preparation: Preparation | null; best: SavedModel | null } = {
    preparation: null,
    best: null,
  }
  const interruption = new Interruption()
  const context: TrainingContext = {
    ...thread,
    ...{ options, backend, interruption },
    random: createRandom(options.seed),
    report: new StageReport(() => {}, interruption, thread.now),
    records: {
      ...noRecords,
      starts: {
        *recall(training, _, fit) {
          const fitted = yield* fit()
          // Without held-out folds, which are fitted by the way.
          if (training === data.training) seen.preparation = fitted
          return fitted
        },
      },
      checkpoints: {
        ...noRecords.checkpoints,
        afterEpoch({ isBest, state }) {
          if (isBest) seen.best = state
          return Promise.resolve()
        },
      },
    },
  }
  const trained = await trainModel(context, data)
  const { preparation, best } = seen
  const kept = trained?.kept ?? null
  if (trained === null || kept === null || preparation === null) {
    throw new Error('A run by itself ends with a choice')
  }
  const { saved } = trained
  const { what } = kept
  if (what === 'tuned' || what === 'refitted') throw new Error('It trains the head alone')
  const { product } = backend
  const features = gather(data.source, data.test.rows)
  const closedForm = applyPreparation(preparation, features, product)
  const ask = (embeddings: Matrix): QueryResults => {
    const { perQuery } = evaluateRetrieval(embeddings, data.test.labels, {
      distance: 'cosine',
      product,
    })
    return perQuery
  }
  const results: Record<Candidate, QueryResults> = {
    features: ask(features),
    closedForm: ask(closedForm),
    // Where no epoch was better than the start, training gave the start back.
    trained: ask(
      best === null
        ? closedForm
        : await embedTest(foldPreparation(preparation, best, product), data, context),
    ),
  }
  checkAgree(results, trained)
  const testSizes = new Set(data.test.labels)
  return {
    seed,
    ...{ imageCount: set.labels.length, leftOutCount: plan.leftOutCount },
    ...{ trainLabels: plan.trainClassCount, trainImages: data.training.rows.length },
    ...{ testLabels: testSizes.size, testImages: data.test.rows.length },
    ...{ split: options.split, closedForm: kept.closedForm, kept: what, reason: kept.reason },
    heldOut: kept.heldOut,
    ...judge(results, ask(await embedTest(saved, data, context)), what, seed),
    seconds: (performance.now() - started) / 1000,
  }
}

/** What rounding on the way to an embedding may change of MAP@R, at most. */
const roundingMapAtR = 2e-3

/** @throws where these are not the embeddings that the program itself measured */
function checkAgree(
  results: Record<Candidate, QueryResults>,
  { before, closedForm, kept }: TrainedModel,
): void {
  const own: Record<Candidate, RetrievalMetrics | null | undefined> = {
    features: before,
    closedForm,
    trained: kept?.trained,
  }
  for (const name of ['features', 'closedForm', 'trained'] as const) {
    const { mapAtR } = results[name]
    const mean = mapAtR.reduce((sum, value) => sum + value, 0) / Math.max(1, mapAtR.length)
    const program = own[name]?.mapAtR ?? NaN
    if (Math.abs(mean - program) <= roundingMapAtR) continue
    throw new Error(`MAP@R of ${name} is ${mean} here and ${program} in the program`)
  }
}
