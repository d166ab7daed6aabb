import type { SavedModel } from '../network'
import { type LoopEvent, train } from '../loop/loop'
import type { Evaluation } from '../loop/loopInput'
import { expectedSteps } from '../loop/schedule'
import { stepWork } from '../work/workAmounts'
import type { LoopDecisions } from './decisions'
import { type LoopMaterial, materialOf } from './findRate'
import { embedMatrix } from './embedMatrix'
import { type LabelledRows, probeOf } from './labelledRows'
import { evaluationOf } from './measureTest'
import { StepBatcher } from './stepBatcher'
import type { LoopEnd, TrainingContext } from './surroundings'

export interface LoopWork extends LoopMaterial {
  readonly test: LabelledRows
  readonly decisions: LoopDecisions
  /** Score of the model as it is, larger is better; null: the last epoch is kept. */
  readonly select: ((epoch: number) => number | null | Promise<number | null>) | null
}

/** Trains a model, evaluated on the test rows after each epoch, and says all that happens. */
export async function runLoop(context: TrainingContext, work: LoopWork): Promise<LoopEnd> {
  const { options, random } = context
  const { resume } = context.records.checkpoints
  const { model, source, test, select, decisions } = work
  const probe = probeOf(test, random.fork('probe'))
  const evaluate = async (epoch: number): Promise<Evaluation> => {
    const embeddings = await embedMatrix(context, model, source, probe.rows)
    const selection = select === null ? null : await select(epoch)
    // A head is told its epoch, and what the search for it measured there.
    const validation = decisions.wantedEpoch === null ? selection : decisions.validation?.[epoch]
    return {
      ...(await evaluationOf(context, embeddings, probe.labels)),
      selection,
      ...(validation === null || validation === undefined ? {} : { validation }),
    }
  }
  const events = train<SavedModel>({
    ...materialOf(context, work),
    learningRate: work.decisions.learningRate,
    evaluate,
  })
  context.report.stage('training', resume?.loop.run.steps ?? 0, expectedSteps(options))
  return follow(context, events, work.decisions)
}

async function follow(
  context: TrainingContext,
  events: AsyncGenerator<LoopEvent<SavedModel>>,
  decisions: LoopDecisions,
): Promise<LoopEnd> {
  const { now } = context
  const { checkpoints } = context.records
  const { post } = context.report
  const batcher = new StepBatcher(post, now)
  const before = checkpoints.resume?.loop.run.steps ?? 0
  const watch = context.report.stopwatch()
  let ended: LoopEnd | null = null
  const { classesPerBatch, imagesPerClass } = context.options
  const startedAt = now()
  let pausedAt = 0
  let pausedMs = 0
  for await (const event of events) {
    switch (event.kind) {
      case 'started':
        watch.skip()
        break
      case 'step':
        watch.lap(stepWork(1, context.options))
        batcher.add(event.progress)
        break
      case 'epoch':
        batcher.flush()
        post({ kind: 'epoch', record: event.record, isBest: event.isBest })
        await checkpoints.afterEpoch(event, decisions)
        watch.skip()
        break
      case 'suspended':
        batcher.flush()
        await checkpoints.suspended(event.state, decisions)
        break
      case 'warning':
        post(event)
        break
      case 'paused':
        pausedAt = now()
        batcher.flush()
        break
      case 'resumed':
        pausedMs += now() - pausedAt
        break
      case 'ended': {
        batcher.flush()
        const seconds = Math.max(1e-3, (now() - startedAt - pausedMs) / 1000)
        const images = (event.steps - before) * classesPerBatch * imagesPerClass
        const { kind: _, ...end } = event
        ended = { ...end, imagesPerSecond: images / seconds }
      }
    }
  }
  if (ended === null) throw new Error('A loop says how it ended')
  return ended
}
