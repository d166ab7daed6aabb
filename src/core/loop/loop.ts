import type {
  EpochRecord,
  StepProgress,
  TrainingTrouble,
  TrainingWarning,
} from '../../shared/model/training'
import type { Evaluation, LoopInput } from './loopInput'
import { LoopRun } from './loopRun'
import { prepareLoop } from './loopStart'
import type { KeptState, LoopState, TrainingPoint } from './loopState'
import { remedyFor } from './remedies'

export type LoopEvent<Snapshot> =
  | { readonly kind: 'started'; readonly evaluation: Evaluation }
  | { readonly kind: 'step'; readonly progress: StepProgress }
  | {
      readonly kind: 'epoch'
      readonly record: EpochRecord
      readonly state: Snapshot
      readonly isBest: boolean
      /** To be called before the next event is asked for. */
      readonly checkpoint: () => LoopState<Snapshot>
    }
  | { readonly kind: 'warning'; readonly warning: TrainingWarning }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  /** To go on from another time; 'ended' follows. */
  | { readonly kind: 'suspended'; readonly state: LoopState<Snapshot> }
  | {
      readonly kind: 'ended'
      readonly reason: 'finished' | 'cancelled' | 'notANumber'
      /** 0 where the start was never beaten. The model holds this state. */
      readonly bestEpoch: number
      readonly lossParameters: Readonly<Record<string, Float32Array>>
      readonly steps: number
    }

/**
 * Trains a model by a metric loss. Yields an event for each step and epoch and lets the thread
 * breathe after each step, so that a pause or a cancellation is seen within one. At the end the
 * model holds its best state: of the epoch with the greatest selection score, else the last one.
 *
 * A collapse, a loss that rests at its margin and a loss that is not a number are seen within a few
 * steps. With `options.remedies` training goes back to the last good state and on with a remedy;
 * else it says so, and a loss that is not a number ends it.
 */
export async function* train<Snapshot>(
  input: LoopInput<Snapshot>,
): AsyncGenerator<LoopEvent<Snapshot>, void, undefined> {
  const { model, options, interruption, resume } = input
  const run = new LoopRun(input, await prepareLoop(input), resume?.run ?? null)
  const startedAt = input.now() - (resume?.elapsedMs ?? 0)
  let pausedMs = 0
  const elapsedMs = () => input.now() - startedAt - pausedMs
  const deadline = options.maxMinutes === null ? Infinity : options.maxMinutes * 60_000
  const isOver = () => run.steps >= (options.maxSteps ?? Infinity) || elapsedMs() >= deadline
  const keep = async (epoch: number) => {
    const [evaluation, state] = await run.withKeptWeights(async () => {
      const measured = await input.evaluate(epoch)
      return [measured, model.snapshot()] as const
    })
    const score = evaluation.selection ?? (epoch === 0 ? -Infinity : epoch)
    const lossParameters = run.lossParameters()
    return { evaluation, kept: { epoch, score, model: state, lossParameters } }
  }

  let best: KeptState<Snapshot>
  let lastGood: TrainingPoint<Snapshot>
  if (resume === null) {
    const { evaluation, kept } = await keep(0)
    yield { kind: 'started', evaluation }
    best = kept
    lastGood = run.point(0, kept.model)
    if (run.hasSmallClasses && run.watch.isNew('classesTooSmall')) {
      yield { kind: 'warning', warning: { kind: 'classesTooSmall', epoch: 0, action: '' } }
    }
  } else ({ best, lastGood } = resume)
  let reason: 'finished' | 'cancelled' | 'notANumber' = 'finished'

  const firstEpoch = (resume?.epoch ?? 0) + 1
  training: for (let epoch = firstEpoch; epoch <= options.epochs && !isOver(); epoch++) {
    const part = epoch === firstEpoch ? resume?.part : undefined
    run.startEpoch(part)
    for (let i = part?.steps ?? 0; i < options.stepsPerEpoch && !isOver(); i++) {
      if (interruption.isPaused) {
        const pausedAt = input.now()
        yield { kind: 'paused' }
        await interruption.whilePaused()
        pausedMs += input.now() - pausedAt
        if (!interruption.isCancelled) yield { kind: 'resumed' }
      }
      if (interruption.isCancelled) {
        if (interruption.isSuspended) {
          const whole = epoch - 1
          const now = { epoch: whole, part: run.epochPart(i), best, lastGood }
          const state = { ...now, elapsedMs: elapsedMs(), run: run.state(whole) }
          yield { kind: 'suspended', state }
        }
        reason = 'cancelled'
        break training
      }
      const timeShare = elapsedMs() / deadline
      const progress = run.step(epoch, timeShare, run.learningRate(timeShare))
      if (progress !== null) yield { kind: 'step', progress }
      const trouble = progress === null ? 'notANumber' : run.watch.afterStep(run.signs!)
      if (trouble !== null) {
        const warning = answer(run, trouble, epoch, options.remedies ? lastGood : null, best.epoch)
        if (warning !== null) yield { kind: 'warning', warning }
        if (trouble === 'notANumber' && warning?.isApplied !== true) {
          reason = 'notANumber'
          break training
        }
      }
      await input.breathe()
    }
    const { evaluation, kept } = await keep(epoch)
    const isBest = kept.score > best.score
    if (isBest) best = kept
    if (run.watch.isHealthy()) lastGood = run.point(epoch, kept.model)
    const now = { epoch, best, lastGood }
    yield {
      kind: 'epoch',
      record: run.record(epoch, evaluation),
      state: kept.model,
      isBest,
      checkpoint: () => ({ ...now, elapsedMs: elapsedMs(), run: run.state(epoch) }),
    }
    if (run.fallbackShare() > 0.5 && run.watch.isNew('semiHardFallback')) {
      yield { kind: 'warning', warning: { kind: 'semiHardFallback', epoch, action: '' } }
    }
    const isStale =
      evaluation.selection !== null && epoch - best.epoch >= (options.patience ?? Infinity)
    if (isStale) break
  }
  model.restore(best.model)
  const { epoch: bestEpoch, lossParameters } = best
  yield { kind: 'ended', reason, bestEpoch, lossParameters, steps: run.steps }
}

/**
 * What is said of a trouble; null where it was said before and nothing is done.
 * @param backTo where the remedy goes on from; null: it is offered, not applied
 * @param bestEpoch what a run without a remedy ends with
 */
function answer<Snapshot>(
  run: LoopRun<Snapshot>,
  trouble: TrainingTrouble,
  epoch: number,
  backTo: TrainingPoint<Snapshot> | null,
  bestEpoch: number,
): TrainingWarning | null {
  const found = remedyFor(trouble, run.recipe)
  const said = { kind: trouble, epoch, step: run.steps, remedy: found?.remedy ?? null }
  if (backTo !== null && found !== null) {
    run.watch.isNew(trouble)
    run.goBack(backTo)
    run.recipe = found.recipe
    run.watch.forgetSteps()
    const action = `Went back to the state after epoch ${backTo.epoch}, then: ${remedyTexts[found.remedy]}.`
    return { ...said, action, isApplied: true, backToEpoch: backTo.epoch }
  }
  if (!run.watch.isNew(trouble)) return null
  if (trouble !== 'notANumber') return { ...said, action: '', isApplied: false }
  const action = `Went back to the state after epoch ${bestEpoch}.`
  return { ...said, action, isApplied: false, backToEpoch: bestEpoch }
}

const remedyTexts = {
  lowerLearningRate: 'a lower learning rate',
  softMargin: 'a soft margin',
  semiHard: 'semi-hard mining',
} as const
