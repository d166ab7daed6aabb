import { copyFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { losses } from '../../core/losses'
import { lossesOfClasses } from '../../core/objective/lossChoice'
import { outsideComponents } from '../../core/objective/outsideComponents'
import { defaultSampler, samplerOf } from '../../core/loop/samplerFit'
import { AppError } from '../../shared/errors'
import type { DatasetId, RunId } from '../../shared/model/ids'
import { gaveStartBack } from '../../shared/model/kept'
import type { MapRequest } from '../../shared/model/options/mapOptions'
import type { ProjectionPoints, ProjectionState } from '../../shared/model/projection'
import type {
  BackendChoice,
  BackendReport,
  RetrievalMetrics,
  TrainingPlan,
  TrainingRequest,
  TrainingStage,
  TrainingState,
} from '../../shared/model/training'
import { type ParsedCommand, UsageError } from './parse'
import { placeKnown } from '../features/ownNetworks/placeNetwork'
import { registerNetworks } from '../features/ownNetworks/registeredNetworks'
import { copiesText, keptText, tunedText, tuningLines } from './keptText'
import { durationText, type ProgressLine } from './progressLine'
import {
  networkTaken,
  onNetwork,
  takeNetwork,
  takesOwn,
  type TakingNetwork,
  tryOnSet,
} from './ownNetwork'
import { mapRequestOf, requestOf } from './request'
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
import { type Ended, readOutcome } from './outcomeFile'
import { readRunFile, runFileOf } from './runFile'
import { testPartText } from './testPart'
import { checkUnseen, sayUnseen, withUnseenLabels } from './unseenLabels'
import { figureText } from './figureText'
import { findingLines } from './findingLines'
import { predictionLines } from './predictText'
import type { ReportLanguage } from '../reporting/reportPage'
import { writeReportPage } from '../reporting/writeReport'
import { loadPredictionReport } from '../runs/predictionFiles'
import { comparedText, searchLines } from './searchText'
import { warningText } from './warningText'
import { count, existingFolder, importFolder, saySpeeds, type Session } from './session'
import { openSpeeds } from '../training/measuredSpeeds'
import { checkRoom } from './room'
import { checkUnfinished, type OutFolder, type UnfinishedJob, workFolder } from './outFolder'
import { publish, stagingFolder } from './publish'
import { secondsOfResults, watchResults } from './resultsTime'

export interface TrainOutcome {
  readonly metrics: MetricsFile
  readonly out: string
  readonly isCancelled: boolean
}

const stageNames: Readonly<Record<TrainingStage, string>> = {
  preparing: 'Starting',
  choosing: 'Comparing networks and layers',
  features: 'Reading images',
  baseline: 'Finding the start and how long to train',
  training: 'Training',
  embedding: 'Embedding all images',
  saving: 'Saving',
}

/** What of the arguments can be wrong is found here, before any work. */
export async function checkTrainArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const runFile = parsed.texts.get('run-file')
  const written = runFile === undefined ? null : await readRunFile(resolve(runFile), taking.note)
  const asked = { ...written?.request, ...requestOf(parsed) }
  const folder = await existingFolder(parsed.positionals[0]!)
  const known = takesOwn(asked) ? (written?.network ?? null) : null
  const network = await takeNetwork(parsed, known, taking)
  const request = await withUnseenLabels(onNetwork(asked, network), parsed)
  checkProxyStart(parsed, request)
  const namesLabels = parsed.texts.has('unseen-labels')
  const isResumed = parsed.flags.has('resume')
  const isAnew = parsed.flags.has('start-over')
  if (isResumed && isAnew) {
    throw new UsageError('--resume and --start-over are both given. Give one of them.')
  }
  return {
    ...{ request, folder, network, namesLabels, isResumed, isAnew },
    out: resolve(parsed.texts.get('out')!),
    followsLinks: parsed.flags.has('follow-links'),
    isCompact: parsed.flags.has('compact'),
    map: mapRequestOf(parsed),
  }
}

function checkProxyStart({ texts }: ParsedCommand, request: TrainingRequest): void {
  if (!texts.has('proxy-start') || lossesOfClasses(request).length > 0) return
  const names = losses.entries.filter(({ kind }) => kind === 'classes').map(({ name }) => name)
  throw new UsageError(
    `--proxy-start belongs to a loss with representatives of labels. Say which with --loss: ${names.join(', ')}.`,
  )
}

export type TrainArguments = Awaited<ReturnType<typeof checkTrainArguments>>

/**
 * Begins the state of a run in the folder for results, or takes up the one that is there.
 * @throws UsageError where one is there that was not asked for
 */
export async function enterRun(
  place: OutFolder,
  { request, folder, network, isResumed, isAnew }: TrainArguments,
  { version, progress }: { readonly version: string; readonly progress: ProgressLine },
): Promise<UnfinishedJob> {
  const { unfinished, out } = place
  if (!isAnew) checkUnfinished(place, { folder, request, isResumed })
  if (unfinished !== null && !isAnew) {
    progress.line(`Going on with the run in ${out} that was not finished.`)
    if (unfinished.version !== version) {
      progress.line(
        `Note: it was begun by version ${unfinished.version}; its numbers may differ from those of one version throughout.`,
      )
    }
    if (network === null && unfinished.network !== undefined) {
      registerNetworks([await placeKnown(unfinished.network)])
    }
    return unfinished
  }
  await place.discard()
  if (isResumed) progress.line(`No unfinished run is in ${out}; a new one starts.`)
  const outside = [...outsideComponents(request)]
  const job = {
    ...{ version, folder, startedAt: Date.now(), request, outside },
    ...(network === null ? {} : { network }),
  }
  await place.begin(job)
  return job
}

/** Imports, trains and writes all results; null where it was cancelled before there were any. */
export async function runTrain(
  session: Session,
  { place, job, namesLabels, followsLinks, isCompact, map, backend, version }: RunOfTrain,
): Promise<TrainOutcome | null> {
  const { services, progress } = session
  const { out, state: stateFolder } = place
  const { dataset, report } = await importFolder(session, job.folder, [out], followsLinks).catch(
    async (failure: unknown) => {
      await place.discard()
      throw failure
    },
  )
  const reportFile = join(workFolder(stateFolder), 'import-report.json')
  const isKnown = await isThere(reportFile)
  if (!isKnown && !session.signal.aborted) {
    await writeImportReport(workFolder(stateFolder), report)
    // Where there are no results that it could be taken to belong to, it is of use at once.
    if (!(await isThere(join(out, 'metrics.json')))) await writeImportReport(out, report)
  }
  if (session.signal.aborted) {
    await place.discard()
    return null
  }
  const outcome = await trainOnce(session, {
    place,
    job,
    namesLabels,
    backend,
    datasetId: dataset.id,
  })
  if (outcome === null) return null
  const { state, result, unseen } = outcome
  if (!state.run.hasEmbeddings) {
    await place.discard()
    return null
  }
  const staging = await stagingFolder(stateFolder)
  await copyFile(reportFile, join(staging, 'import-report.json'))
  await writeJson(
    join(staging, 'run.json'),
    runFileOf(version, state.run, unseen, networkTaken(state.run.options)),
  )
  const context: ResultContext = {
    store: services.store,
    workspace: services.workspace,
    datasetId: dataset.id,
    out: staging,
  }
  const watch = await watchResults(context, state)
  progress.update('Writing embeddings')
  await watch.timed('exporting', () =>
    writeRunResults(context, state.run.id, isCompact, (done, total) => {
      progress.update('Writing embeddings', `${count(done)} of ${count(total)}`)
    }),
  )
  const prediction = await loadPredictionReport(join(staging, 'model'))
  const metrics = metricsOf(version, state, result, unseen, prediction)
  await writeJson(join(staging, 'metrics.json'), metrics)
  progress.update('Comparing labels')
  const quality = await watch.timed('reporting', async () => {
    const report = await services.training.report({ runId: state.run.id }, (done, total) => {
      progress.update('Comparing labels', percent(done, total))
    })
    await writeReport(context, report)
    return report
  })
  await watch.timed('mapping', async () => {
    const points = await project(session, state.run.id, map)
    if (points !== null) await writeMap(context, points)
  })
  progress.update('Writing the report')
  // Also of a run that was ended early: its results are reported as they are.
  await writeReportPage(services, {
    ...{ runId: state.run.id, file: join(staging, 'report.html'), version, quality },
    language: languageOf(process.env),
    onProgress: (share) =>
      progress.update('Writing the report', percent(Math.floor(100 * share), 100)),
  })
  if (!session.signal.aborted) watch.keep()
  await publish(stateFolder, out, version)
  progress.clear()
  return { metrics, out, isCancelled: session.signal.aborted || state.run.status === 'cancelled' }
}

/** That the system's messages are in; a page has both. */
function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): ReportLanguage {
  return (LC_ALL || LC_MESSAGES || LANG || '').startsWith('zh') ? 'zh-CN' : 'en'
}

const isThere = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => null)) !== null

interface RunOfTrain {
  readonly place: OutFolder
  readonly job: UnfinishedJob
  readonly namesLabels: boolean
  readonly followsLinks: boolean
  /** The model carries means of labels instead of images. */
  readonly isCompact: boolean
  readonly map: MapRequest
  /** Asked for now: one that goes on does so on it, though it began on another. */
  readonly backend: BackendChoice | undefined
  readonly version: string
}

/** Trains, goes on with what was trained, or gives what had ended; null where the program ends. */
async function trainOnce(
  session: Session,
  {
    place,
    job,
    namesLabels,
    backend,
    datasetId,
  }: Omit<RunOfTrain, 'version' | 'followsLinks' | 'isCompact' | 'map'> & { datasetId: DatasetId },
): Promise<Ended | null> {
  const { services, progress, signal } = session
  const { training } = services
  const outcomeFile = join(workFolder(place.state), 'outcome.json')
  const [known] = await training.runs({ datasetId })
  if (known?.hasEmbeddings === true && (await isThere(outcomeFile))) {
    return readOutcome(outcomeFile, known.id)
  }
  const canGoOn = known?.status === 'interrupted' || known?.status === 'failed'
  const input = { datasetId, request: job.request }
  if (!canGoOn) {
    await checkUnseen(session, datasetId, job.request, namesLabels).catch(
      async (failure: unknown) => {
        await place.discard()
        throw failure
      },
    )
    const own = networkTaken(job.request)
    if (own !== null) {
      await tryOnSet(session, datasetId, own).catch(async (failure: unknown) => {
        await place.discard()
        throw failure
      })
    }
    const plan = await training.plan(input).catch(async (failure: unknown) => {
      await place.discard()
      throw failure
    })
    await checkRoom(place.out, plan)
    const speeds = openSpeeds(services.workspace.cacheFolder)
    saySpeeds(session)
    progress.line(planSentence(plan, plan.estimatedSeconds + secondsOfResults(plan, speeds)))
    for (const line of tuningLines(plan)) progress.line(line)
    if (plan.reasons.includes('fewPartners')) {
      progress.line(
        `Note: with the sampler ${samplerOf(plan.options)} most images of a batch have no other of their label in it, so that a step teaches little. ${defaultSampler} gives each some.`,
      )
    }
    const compared = comparedText(plan.options)
    if (compared !== null) progress.line(compared)
    for (const line of findingLines(plan)) progress.line(line)
  }
  const unseen = await sayUnseen(session, datasetId, job.request)
  let told = 0
  let hasBackend = false
  const stop = session.on('training', 'progress', (payload) => {
    const state = payload as TrainingState
    const { backend: report } = state.run
    if (report !== null && !hasBackend) {
      hasBackend = true
      for (const line of backendLines(report)) progress.line(line)
    }
    for (const warning of state.warnings.slice(told)) progress.line(warningText(warning))
    told = Math.max(told, state.warnings.length)
    showState(session, state)
  })
  const run = canGoOn
    ? await training.resumeRun({ runId: known.id, backend }).catch((failure: unknown) => {
        throw failure instanceof AppError && failure.code === 'invalidInput'
          ? new UsageError(`${failure.message} --start-over does.`)
          : failure
      })
    : await training.start(input)
  const cancel = () => void services.training.cancel({ runId: run.id })
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  const { state, result } = await training.finished(run.id)
  signal.removeEventListener('abort', cancel)
  stop()
  progress.clear()
  for (const warning of state.warnings.slice(told)) progress.line(warningText(warning))
  if (state.error?.code === 'noVariation') {
    await place.discard()
    throw new AppError('noVariation', state.error.message)
  }
  if (state.error !== null) {
    const other =
      state.error.code === 'backendLost' ? ' (with --backend wasm on the kernels of Semblance)' : ''
    throw new AppError(
      'trainingFailed',
      `${state.error.message} What it had done is kept: --resume goes on with it${other}.`,
      { code: state.error.code },
    )
  }
  // The program was told to end; what there is stays for another time.
  if (state.run.status === 'interrupted') return null
  await writeJson(outcomeFile, { state, result, unseen })
  return { state, result, unseen }
}

/** Why what computes is not something faster. */
const backendLines = ({ description, rejected, features }: BackendReport): string[] => [
  ...rejected.map(
    ({ name, reason }) => `Note: ${description} computes, as ${name} does not run here: ${reason}.`,
  ),
  ...(features?.rejected ?? []).map(
    ({ name, reason }) =>
      `Note: ${features?.description} computes the features, as ${name} does not: ${reason}.`,
  ),
]

/** The map of the run's embeddings; the best there is where it was cancelled. */
async function project(
  session: Session,
  runId: RunId,
  options: MapRequest,
): Promise<ProjectionPoints | null> {
  const { services, progress, signal } = session
  if (signal.aborted) return null
  const stop = session.on('projection', 'progress', (payload) => {
    const { done, total } = payload as ProjectionState
    progress.update('Drawing the map', percent(done, total))
  })
  const cancel = () => void services.projection.cancel({ runId })
  signal.addEventListener('abort', cancel)
  await services.projection.start({ runId, options })
  const state = await services.projection.whenEnded({ runId })
  signal.removeEventListener('abort', cancel)
  stop()
  if (state.phase === 'failed') {
    progress.line(`Note: the map could not be computed in full. ${state.failure ?? ''}`.trimEnd())
  }
  return services.projection.points({ runId })
}

function showState({ progress }: Session, state: TrainingState): void {
  const heading = stageNames[state.stage]
  const { latest, stageDone, stageTotal } = state
  const parts: string[] = []
  if (stageTotal > 1) {
    const isShare =
      state.stage === 'baseline' || state.stage === 'choosing' || state.stage === 'saving'
    const unit = state.stage === 'training' ? 'step ' : ''
    parts.push(
      isShare
        ? percent(stageDone, stageTotal)
        : `${unit}${count(stageDone)} of ${count(stageTotal)}`,
    )
  }
  if (state.stage === 'training' && latest !== null) {
    parts.push(`loss ${latest.loss.toPrecision(3)}`)
    const epoch = state.epochs.at(-1)
    if (epoch !== undefined) parts.push(`MAP@R ${figureText(epoch.mapAtR).trim()}`)
    parts.push(`${count(Math.round(latest.imagesPerSecond))} images/s`)
  }
  if (state.remainingMs !== null) {
    parts.push(`about ${durationText(state.remainingMs / 1000)} left`)
  }
  progress.update(heading, parts.join(', '))
}

/** What will be done and how long it should take, in one sentence. */
function planSentence(plan: TrainingPlan, seconds: number): string {
  const { options } = plan
  const what = {
    frozen: options.tuned === undefined ? 'a head on frozen features' : tunedText(options),
    small: `a small network from ${options.imageSizePx} px pictures`,
    residual: `a residual network, ${options.networkDepth} deep and ${options.networkWidth} wide, from ${options.imageSizePx} px pictures`,
  }[options.network]
  const test = testPartText(plan, options)
  return `Training ${what} with ${options.loss.name} on ${count(plan.trainImageCount)} images of ${count(plan.trainClassCount)} labels, ${test}; about ${durationText(seconds)}.`
}

const intervalText = ({ mapAtRLow, mapAtRHigh }: RetrievalMetrics): string =>
  (mapAtRLow ?? null) === null || (mapAtRHigh ?? null) === null
    ? ''
    : ` (${figureText(mapAtRLow)} to ${figureText(mapAtRHigh)})`

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
      : `  ${name.padEnd(18)} P@1 ${figureText(values.precisionAt1)}   R-precision ${figureText(values.rPrecision)}   MAP@R ${figureText(values.mapAtR)}${intervalText(values)}`.trimEnd()
  const on = {
    byClass: 'On labels that training never saw',
    byImage: 'On images that training never saw',
    none: 'On the training images themselves',
  }[metrics.options.split]
  const lines = [
    `${on} (${queriesText(metrics.after)}):`,
    of('before', metrics.before),
    of('closed form', metrics.closedForm),
    metrics.kept !== null && metrics.kept.what !== 'trained' && !gaveStartBack(metrics.kept)
      ? of('trained', metrics.kept.trained ?? null)
      : null,
    of('tuned', metrics.kept?.tuned ?? null),
    of('tuned, refitted', metrics.kept?.refitted ?? null),
    of(metrics.kept === null ? 'after' : 'kept', metrics.after),
    keptText(metrics),
    copiesText(metrics),
    ...(metrics.search === null ? [] : searchLines(metrics.search)),
    ...predictionLines(metrics.prediction),
    `Trained for ${count(metrics.steps)} steps on ${metrics.backendDescription ?? metrics.backend}${keptState(metrics)}.`,
    `Results are in ${out}`,
  ]
  return lines.filter((line) => line !== null).join('\n')
}

const keptState = ({ kept, bestEpoch }: MetricsFile): string =>
  // Beside a network that was trained, the head was trained apart from it.
  kept === null ||
  kept.what === 'tuned' ||
  (kept.what === 'trained' && kept.heldOut?.network === undefined)
    ? `; the state after epoch ${bestEpoch ?? 0} is kept`
    : ''

const percent = (done: number, total: number): string =>
  total > 0 ? `${Math.floor((100 * done) / total)} %` : ''
