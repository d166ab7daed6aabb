import { chooseRate } from './chooseRate'
import { embedMatrix } from './embedMatrix'
import { runLoop } from './followLoop'
import { holdOut } from './holdOut'
import { type LabelledRows, renumber } from './labelledRows'
import { measureQuietly, measureTest } from './measureTest'
import type { TrainedModel, TrainingContext, TrainingData } from './surroundings'

/** The small network from pixels; some classes are held out to choose the best epoch by. */
export async function trainSmall(
  context: TrainingContext,
  { source, training, test }: TrainingData,
): Promise<TrainedModel> {
  const { options, backend, random, report } = context
  const model = backend.models.smallNetwork({
    imageSizePx: options.imageSizePx,
    embeddingSize: options.embeddingSize,
    random: random.fork('network'),
  })
  const embed = ({ rows }: LabelledRows) => embedMatrix(context, model, source, rows)
  report.stage('baseline', 0, 1)
  const before = await measureTest(context, await embed(test), test.labels, (share) =>
    report.share('baseline', share),
  )
  report.post({ kind: 'baseline', before, closedForm: null })
  const held = holdOut(training, { leastClasses: 40, share: 0.1, seed: options.seed })
  const score = async (rows: LabelledRows) =>
    (await measureQuietly(context, await embed(rows), rows.labels)).mapAtR
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
  return { saved, before, closedForm: null, validation: null, ended, kept: null }
}
