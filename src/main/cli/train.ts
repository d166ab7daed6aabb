import { join, resolve } from 'node:path'
import { AppError } from '../../shared/errors'
import type { RunId } from '../../shared/model/ids'
import type { ProjectionPoints, ProjectionState } from '../../shared/model/projection'
import type {
  RetrievalMetrics,
  TrainingPlan,
  TrainingRemedy,
  TrainingStage,
  TrainingState,
} from '../../shared/model/training'
import type { ParsedCommand } from './parse'
import { durationText } from './progressLine'
import { requestOf } from './request'
import {
  type MetricsFile,
  metricsOf,
  writeImportReport,
  writeJson,
  writeMap,
  type ResultContext,
  writeReport,
  writeRunResults,
} from './results'
import { readRunFile, runFileOf } from './runFile'
import { checkUnseen, sayUnseen, withUnseenLabels } from './unseenLabels'
import { count, existingFolder, importFolder, prepareOut, type Session } from './session'

export interface TrainOutcome {
  readonly metrics: MetricsFile
  readonly out: string
  readonly isCancelled: boolean
}

const stageNames: Readonly<Record<TrainingStage, string>> = {
  preparing: 'Starting',
  features: 'Reading images',
  baseline: 'Finding the start and how long to train',
  training: 'Training',
  embedding: 'Embedding all images',
  saving: 'Saving',
}

/** What of the arguments can be wrong is found here, before any work. */
export async function checkTrainArguments(parsed: ParsedCommand) {
  const runFile = parsed.texts.get('run-file')
  const written = runFile === undefined ? {} : await readRunFile(resolve(runFile))
  const request = await withUnseenLabels({ ...written, ...requestOf(parsed) }, parsed)
  const folder = await existingFolder(parsed.positionals[0]!)
  const namesLabels = parsed.texts.has('unseen-labels')
  return { request, folder, namesLabels, out: resolve(parsed.texts.get('out')!) }
}

/** Imports, trains and writes all results; null where it was cancelled before there were any. */
export async function runTrain(
  session: Session,
  { request, folder, namesLabels, out }: Awaited<ReturnType<typeof checkTrainArguments>>,
  version: string,
): Promise<TrainOutcome | null> {
  const { services, progress, signal } = session
  await prepareOut(out)
  const { dataset, report } = await importFolder(session, folder, [out])
  await writeImportReport(out, report)
  if (signal.aborted) return null
  const input = { datasetId: dataset.id, request }
  await checkUnseen(session, dataset.id, request, namesLabels)
  const plan = await services.training.plan(input)
  progress.line(planSentence(plan))
  const unseen = await sayUnseen(session, dataset.id, request)
  const stop = session.on('training', 'progress', (state) => {
    showState(session, state as TrainingState)
  })
  const run = await services.training.start(input)
  const cancel = () => void services.training.cancel({ runId: run.id })
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  const { state, result } = await services.training.finished(run.id)
  signal.removeEventListener('abort', cancel)
  stop()
  progress.clear()
  for (const warning of state.warnings) {
    progress.line(warningText(warning))
  }
  if (state.error !== null) {
    throw new AppError('trainingFailed', state.error.message, { code: state.error.code })
  }
  const metrics = metricsOf(version, state, result, unseen)
  await writeJson(join(out, 'metrics.json'), metrics)
  await writeJson(join(out, 'run.json'), runFileOf(version, state.run, unseen))
  if (!state.run.hasEmbeddings) return null
  const context: ResultContext = {
    store: services.store,
    workspace: services.workspace,
    datasetId: dataset.id,
    out,
  }
  progress.update('Writing embeddings')
  await writeRunResults(context, run.id)
  progress.update('Comparing labels')
  await writeReport(context, await services.training.report({ runId: run.id }))
  const points = await project(session, run.id)
  if (points !== null) await writeMap(context, points)
  progress.clear()
  return { metrics, out, isCancelled: signal.aborted }
}

/** The map of the run's embeddings; the best there is where it was cancelled. */
async function project(session: Session, runId: RunId): Promise<ProjectionPoints | null> {
  const { services, progress, signal } = session
  if (signal.aborted) return null
  const stop = session.on('projection', 'progress', (payload) => {
    const { done, total } = payload as ProjectionState
    progress.update('Drawing the map', percent(done, total))
  })
  const cancel = () => void services.projection.cancel({ runId })
  signal.addEventListener('abort', cancel)
  await services.projection.start({ runId })
  const state = await services.projection.whenEnded({ runId })
  signal.removeEventListener('abort', cancel)
  stop()
  if (state.phase === 'failed') progress.line('Note: the map could not be computed in full.')
  return services.projection.points({ runId })
}

function showState({ progress }: Session, state: TrainingState): void {
  const heading = stageNames[state.stage]
  const { latest, stageDone, stageTotal } = state
  const parts: string[] = []
  if (stageTotal > 1) {
    const unit = state.stage === 'training' || state.stage === 'baseline' ? 'step ' : ''
    parts.push(`${unit}${count(stageDone)} of ${count(stageTotal)}`)
  }
  if (state.stage === 'training' && latest !== null) {
    parts.push(`loss ${latest.loss.toPrecision(3)}`)
    const epoch = state.epochs.at(-1)
    if (epoch !== undefined) parts.push(`MAP@R ${epoch.mapAtR.toFixed(3)}`)
    parts.push(`${count(Math.round(latest.imagesPerSecond))} images/s`)
  }
  if (state.remainingMs !== null) {
    parts.push(`about ${durationText(state.remainingMs / 1000)} left`)
  }
  progress.update(heading, parts.join(', '))
}

const warningTexts: Readonly<Record<TrainingState['warnings'][number]['kind'], string>> = {
  collapse: 'all embeddings move to one point.',
  deadMargin: 'the loss rests at its margin.',
  notANumber: 'the loss was no longer a number.',
  semiHardFallback: 'few semi-hard negatives were left; the farthest stood in for them.',
  classesTooSmall: 'some labels have fewer images than a batch takes; they are drawn repeatedly.',
}

const remedyTexts: Readonly<Record<TrainingRemedy, string>> = {
  lowerLearningRate: 'A lower --learning-rate helps',
  softMargin: 'A soft margin helps (--loss-option soft=true)',
  semiHard: 'Semi-hard mining helps (--miner semiHard)',
}

function warningText(warning: TrainingState['warnings'][number]): string {
  const { kind, epoch, action, remedy, isApplied } = warning
  const offer =
    remedy === undefined || remedy === null || isApplied === true
      ? ''
      : `${remedyTexts[remedy]}; --remedies does so by itself.`
  return [`Note, epoch ${epoch}: ${warningTexts[kind]}`, action, offer]
    .filter((part) => part !== '')
    .join(' ')
}

/** What will be done and how long it should take, in one sentence. */
export function planSentence(plan: TrainingPlan): string {
  const { options } = plan
  const what =
    options.network === 'frozen'
      ? 'a head on frozen features'
      : `a small network from ${options.imageSizePx} px pictures`
  const test =
    options.split === 'byClass'
      ? `${count(plan.testClassCount)} labels kept unseen for the test`
      : options.split === 'byImage'
        ? `${count(plan.testImageCount)} images kept aside for the test`
        : 'no test part'
  return `Training ${what} with ${options.loss.name} on ${count(plan.trainImageCount)} images of ${count(plan.trainClassCount)} labels, ${test}; about ${durationText(plan.estimatedSeconds)}.`
}

const intervalText = ({ mapAtRLow, mapAtRHigh }: RetrievalMetrics): string =>
  mapAtRLow === undefined || mapAtRHigh === undefined
    ? ''
    : ` (${mapAtRLow.toFixed(3)} to ${mapAtRHigh.toFixed(3)})`

const queriesText = (metrics: RetrievalMetrics | null): string => {
  const { queries, queriesInAll = queries } = metrics ?? { queries: 0 }
  return queriesInAll > queries
    ? `measured on ${count(queries)} of ${count(queriesInAll)} queries, drawn at random`
    : `${count(queries)} queries`
}

/** The result for a person. */
export function summaryText({ metrics, out }: TrainOutcome): string {
  const of = (name: string, values: RetrievalMetrics | null) =>
    values === null
      ? null
      : `  ${name.padEnd(18)} P@1 ${values.precisionAt1.toFixed(3)}   R-precision ${values.rPrecision.toFixed(3)}   MAP@R ${values.mapAtR.toFixed(3)}${intervalText(values)}`
  const on = {
    byClass: 'On labels that training never saw',
    byImage: 'On images that training never saw',
    none: 'On the training images themselves',
  }[metrics.options.split]
  const lines = [
    `${on} (${queriesText(metrics.after)}):`,
    of('before', metrics.before),
    of('closed form', metrics.closedForm),
    of('after', metrics.after),
    `Trained for ${count(metrics.steps)} steps on ${metrics.backendDescription ?? metrics.backend}; the state after epoch ${metrics.bestEpoch ?? 0} is kept.`,
    `Results are in ${out}`,
  ]
  return lines.filter((line) => line !== null).join('\n')
}

const percent = (done: number, total: number): string =>
  total > 0 ? `${Math.floor((100 * done) / total)} %` : ''
