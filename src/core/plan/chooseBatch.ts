import type { PlanReason, TrainingOptions, TrainingRequest } from '../../shared/model/training'
import { countClasses, countImages } from '../evaluation/splitParts'
import { defaultSampler, samplerProblem } from '../loop/samplerFit'
import { unsuited } from '../objective/compatibility'
import { samplers } from '../samplers'
import { headConstants, tuningConstants } from '../starts/startConstants'

/** What takes steps: a head on frozen features, a network from the pixels, or a pretrained one. */
export type Trained = TrainingOptions['network'] | 'tuned'

const batchOf = {
  frozen: { batchImages: 128, mostClasses: 32 },
  small: { batchImages: 64, mostClasses: 16 },
  residual: { batchImages: 64, mostClasses: 16 },
  tuned: tuningConstants,
}

export function chooseBatch(
  trainSizes: readonly number[],
  trained: Trained,
  request: TrainingRequest,
  reasons: PlanReason[],
): Pick<TrainingOptions, 'classesPerBatch' | 'imagesPerClass'> {
  const usable = trainSizes.filter((size) => size >= 2).sort((a, b) => a - b)
  const median = usable[usable.length >> 1] ?? 2
  const { batchImages, mostClasses } = batchOf[trained]
  const classesPerBatch =
    request.classesPerBatch ?? Math.max(2, Math.min(mostClasses, usable.length))
  const wanted = Math.max(4, Math.floor(batchImages / classesPerBatch))
  const imagesPerClass = request.imagesPerClass ?? Math.max(2, Math.min(wanted, median, 32))
  if (imagesPerClass > median || median < 4) reasons.push('smallClasses')
  return { classesPerBatch, imagesPerClass }
}

/** @throws AppError invalidInput for a sampler that there is not */
export function chooseSampler({ sampler = defaultSampler }: TrainingRequest) {
  const { name } = samplers.get(sampler)
  return name === defaultSampler ? {} : { sampler: name }
}

/**
 * @throws AppError invalidInput where the loss would find nothing in batches of the sampler; its
 *   details say why in both languages
 */
export function checkSampler(
  options: TrainingOptions,
  trainSizes: readonly number[],
  reasons: PlanReason[],
): void {
  const { reason, hasFewPartners } = samplerProblem(options, trainSizes)
  if (reason !== null) throw unsuited(reason)
  if (hasFewPartners) reasons.push('fewPartners')
}

export function chooseSchedule(
  trainSizes: readonly number[],
  batch: Pick<TrainingOptions, 'classesPerBatch' | 'imagesPerClass'>,
  trained: Trained,
  request: TrainingRequest,
): Pick<TrainingOptions, 'epochs' | 'stepsPerEpoch' | 'maxSteps' | 'maxMinutes'> {
  const batchSize = batch.classesPerBatch * batch.imagesPerClass
  // An epoch of few steps would measure more than it trains.
  const stepsPerEpoch = Math.max(20, Math.ceil(countImages(trainSizes) / batchSize))
  const openEnd = request.minutes !== undefined && request.epochs === undefined
  const stepsByDefault = {
    frozen: headSteps(trainSizes, batch),
    small: 600,
    residual: 600,
    tuned: tuningConstants.steps,
  }
  const wanted = request.steps ?? stepsByDefault[trained]
  const epochs =
    request.epochs ??
    (openEnd && request.steps === undefined ? 10_000 : Math.ceil(wanted / stepsPerEpoch))
  const isLimited = request.steps !== undefined || (request.epochs === undefined && !openEnd)
  return {
    epochs,
    stepsPerEpoch,
    maxSteps: isLimited ? wanted : null,
    maxMinutes: request.minutes ?? null,
  }
}

function headSteps(
  trainSizes: readonly number[],
  { classesPerBatch }: Pick<TrainingOptions, 'classesPerBatch'>,
): number {
  const { visits, leastSteps, mostSteps } = headConstants
  const wanted = Math.ceil((visits * countClasses(trainSizes)) / classesPerBatch)
  return Math.min(mostSteps, Math.max(leastSteps, wanted))
}
