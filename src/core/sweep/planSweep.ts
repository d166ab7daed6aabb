import { AppError } from '../../shared/errors'
import type {
  SkippedCombination,
  SweepCombination,
  SweepPlan,
  SweepRequest,
} from '../../shared/model/sweep'
import type { TrainingOptions } from '../../shared/model/training'
import type { KeptUnseen } from '../evaluation/keptUnseen'
import { chooseCandidates } from '../plan/chooseCandidates'
import { planTraining } from '../plan/plan'
import { type PlanInput } from '../plan/planInput'
import { secondsOf, secondsOfStages, type StageWork } from '../work/work'
import { combine } from './combinations'
import { sharedStages, workOfRow } from './workOfSweep'

/** One run of a sweep with every decision taken. */
interface PlannedRow extends SweepCombination {
  readonly seed: number
  readonly options: TrainingOptions
  readonly work: Omit<StageWork, 'stage'>
}

export interface PlannedSweep {
  readonly plan: SweepPlan
  /** In the order of training: every combination with the first seed, then with the next. */
  readonly rows: readonly PlannedRow[]
  /** The work that is done once for all of them. */
  readonly shared: readonly StageWork[]
  /** For each image 0 (not used), 1 (training) or 2 (test); the same for all rows. */
  readonly split: Uint8Array
  /** The sides to be kept with the dataset, see `PlannedTraining`. */
  readonly unseen: KeptUnseen | null
}

/**
 * Plans each combination as a training of its own would be planned, on one split.
 * @throws AppError what `planTraining` throws; invalidInput where nothing is left to train
 */
export function planSweep(
  input: Omit<PlanInput, 'request'> & { readonly request: SweepRequest },
): PlannedSweep {
  const { request, ...images } = input
  const { training } = request
  if (chooseCandidates(images.labels.length, training, images.extractors).length > 0) {
    throw new AppError(
      'invalidInput',
      'A comparison of losses runs on one network and does not choose it. Train once with the quality you want, then compare with the network and layers which that chose (--extractor, --features).',
    )
  }
  if ((training.augmentedCopies ?? 0) > 0) {
    throw new AppError('invalidInput', 'A comparison of losses takes no augmented copies.')
  }
  const { chosen, skipped: unfit } = combine(request)
  const skipped = [...unfit]
  const firstSeed = request.training.seed ?? 1
  const combinations: (SweepCombination & { readonly options: TrainingOptions })[] = []
  const known = new Set<string>()
  let first: ReturnType<typeof planTraining> | null = null
  for (const { loss, miner, distance } of chosen) {
    const planned = planOrReason({
      ...images,
      request: {
        ...request.training,
        loss,
        ...(miner === undefined ? {} : { miner }),
        ...(distance === undefined ? {} : { distance }),
      },
    })
    if ('reason' in planned) {
      const of = { loss: loss.name, miner: miner?.name ?? null, distance: distance ?? null }
      skipped.push({ ...of, reason: planned.reason })
      continue
    }
    first ??= planned
    const { options } = planned.plan
    const combination = { loss, miner: options.miner, distance: options.distance }
    const name = JSON.stringify([loss.name, combination.miner?.name ?? null, options.distance])
    // `default` may be what another name of the request says as well.
    if (known.has(name)) continue
    known.add(name)
    combinations.push({ ...combination, options })
  }
  if (first === null) {
    throw new AppError(
      'invalidInput',
      `None of the combinations can be trained. ${skipped[0]?.reason.en ?? 'Name at least one loss.'}`,
    )
  }
  const { counts } = first
  const seeds = Array.from({ length: request.seeds }, (_, i) => firstSeed + i)
  const rows = seeds.flatMap((seed) =>
    combinations.map(({ loss, miner, distance, options }, at) => ({
      loss,
      miner,
      distance,
      seed,
      options: { ...options, seed },
      work: workOfRow(options, counts, {
        isFirstOfSeed: at === 0,
        isFirstSeed: seed === firstSeed,
      }),
    })),
  )
  const shared = sharedStages(rows[0]!.options, counts)
  const { speed } = input
  const seconds = rows.reduce((sum, row) => sum + secondsOf(row.work, speed), 0)
  const { trainClassCount, testClassCount, trainImageCount, testImageCount } = first.plan
  const plan: SweepPlan = {
    runs: rows.length,
    combinations: combinations.map(({ loss, miner, distance }) => ({ loss, miner, distance })),
    skipped,
    estimatedSeconds: Math.max(1, Math.round(secondsOfStages(shared, speed) + seconds)),
    trainClassCount,
    testClassCount,
    trainImageCount,
    testImageCount,
    split: first.plan.options.split,
    findings: first.plan.findings,
    reasons: first.plan.reasons,
  }
  return { plan, rows, shared, split: first.split, unseen: first.unseen }
}

/** The plan of a training, or why its loss cannot learn with its distance. */
function planOrReason(
  input: PlanInput,
): ReturnType<typeof planTraining> | { readonly reason: SkippedCombination['reason'] } {
  try {
    return planTraining(input)
  } catch (error) {
    const { unsuitable, unsuitableChinese } = error instanceof AppError ? error.details : {}
    if (typeof unsuitable !== 'string' || typeof unsuitableChinese !== 'string') throw error
    return { reason: { en: unsuitable, 'zh-CN': unsuitableChinese } }
  }
}
