import { createSmallNetwork } from '../../core/network'
import { measureRetrieval, measureWithInterval } from '../../core/training/measure'
import { chooseRate } from './chooseRate'
import { embedMatrix } from './embedMatrix'
import { runLoop } from './followLoop'
import { holdOut } from './holdOut'
import { type LabelledRows, renumber } from './measured'
import type { TrainedModel, TrainingContext, TrainingData } from './trainingContext'

/** The small network from pixels; some classes are held out to choose the best epoch by. */
export async function trainSmall(
  context: TrainingContext,
  { source, training, test }: TrainingData,
): Promise<TrainedModel> {
  const { options, backend, random, report } = context
  const model = createSmallNetwork({
    imageSizePx: options.imageSizePx,
    embeddingSize: options.embeddingSize,
    random: random.fork('network'),
    operations: backend.operations,
  })
  const embed = ({ rows }: LabelledRows) => embedMatrix(model, source, rows)
  report.stage('baseline', 0, 1)
  const before = measureWithInterval(
    await embed(test),
    test.labels,
    backend.product,
    random.fork('interval'),
  )
  report.post({ kind: 'baseline', before, closedForm: null })
  const held = holdOut(training, {
    leastClasses: 40,
    share: 0.1,
    random: random.fork('validation'),
  })
  const score = async (rows: LabelledRows) =>
    measureRetrieval(await embed(rows), rows.labels, backend.product).mapAtR
  const material = { model, source, training: held === null ? training : renumber(held.kept) }
  const ended = await runLoop(context, {
    ...material,
    test,
    decisions: context.resume?.decisions ?? {
      learningRate: await chooseRate(context, material),
      wantedEpoch: null,
      validation: null,
    },
    select: held === null ? null : () => score(held.heldOut),
  })
  const saved = model.snapshot()
  model.dispose()
  return { saved, before, closedForm: null, validation: null, ended }
}
