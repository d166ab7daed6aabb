import { join, resolve } from 'node:path'
import { distances } from '../../core/distances'
import { losses } from '../../core/losses'
import { miners } from '../../core/miners'
import { excludesZero } from '../../core/evaluation/pairedBootstrap'
import { AppError } from '../../shared/errors'
import {
  byDefault,
  combinationOf,
  type MeasuredRetrieval,
  noMiner,
  type SweepBaselines,
  type SweepCombination,
  type SweepDifference,
  type SweepRequest,
  type SweepRow,
  type SweepStanding,
  type SweepState,
} from '../../shared/model/sweep'
import { sweepFile } from '../exporting/resultNames'
import { readJournal } from '../sweep/journal'
import { type ParsedCommand, UsageError } from './parse'
import { durationText } from './progressLine'
import { onNetwork, takeNetwork, type TakingNetwork, tryOnSet } from './ownNetwork'
import { requestOf } from './request'
import { writeImportReport } from './results'
import { testPartText } from './testPart'
import { checkUnseen, sayUnseen, withUnseenLabels } from './unseenLabels'
import { figureText } from './figureText'
import { findingLines } from './findingLines'
import { warningText } from './warningText'
import { count, countOf, existingFolder, importFolder, saySpeeds, type Session } from './session'
import { nearestName, sameName } from './suggestion'

export interface SweepOutcome {
  readonly state: SweepState
  readonly out: string
}

/** What of the arguments can be wrong is found here, before any work. */
export async function checkSweepArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const plain = sweepRequestOf(parsed)
  const folder = await existingFolder(parsed.positionals[0]!)
  const network = await takeNetwork(parsed, null, taking)
  const training = await withUnseenLabels(onNetwork(plain.training, network), parsed)
  const request = { ...plain, training }
  const namesLabels = parsed.texts.has('unseen-labels')
  const out = resolve(parsed.texts.get('out')!)
  await readJournal(join(out, sweepFile.journal))
  const followsLinks = parsed.flags.has('follow-links')
  return { request, folder, network, namesLabels, out, followsLinks }
}

/** The sweep that the options of `sweep` describe. */
function sweepRequestOf(parsed: ParsedCommand): SweepRequest {
  const lists = {
    losses: namesOf(parsed, 'losses', losses.names, []),
    miners: namesOf(parsed, 'miners', miners.names, [byDefault, noMiner]),
    distances: namesOf(parsed, 'distances', distances.names, [byDefault]),
  }
  return {
    ...Object.fromEntries(Object.entries(lists).filter(([, names]) => names !== undefined)),
    seeds: parsed.numbers.get('seeds') ?? 1,
    training: requestOf(parsed),
  }
}

function namesOf(
  parsed: ParsedCommand,
  option: string,
  known: readonly string[],
  words: readonly string[],
): string[] | undefined {
  const given = parsed.texts.get(option)
  if (given === undefined) return undefined
  const choices = [...words, ...known]
  const names = given
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => {
      // Alone it means every one; among others it may be the miner of that name.
      if (part.toLowerCase() === 'all' && (given.trim() === part || !known.includes(part))) {
        return known
      }
      const found = sameName(part, choices)
      if (found !== null) return [found]
      const near = nearestName(part, choices)
      const advice = near === null ? '' : ` Did you mean ${near}?`
      throw new UsageError(
        `--${option} cannot be "${part}".${advice} Give all, or some of these with commas between: ${choices.join(', ')}.`,
      )
    })
  if (names.length === 0) {
    throw new UsageError(`--${option} needs at least one name: --${option} ${known[0]}.`)
  }
  return [...new Set(names)]
}

/** Imports, trains all combinations, writes after each; null where it was cancelled before any. */
export async function runSweep(
  session: Session,
  {
    request,
    folder,
    network,
    namesLabels,
    out,
    followsLinks,
  }: Awaited<ReturnType<typeof checkSweepArguments>>,
): Promise<SweepOutcome | null> {
  const { services, progress, signal } = session
  const { dataset, report } = await importFolder(session, folder, [out], followsLinks)
  await writeImportReport(out, report)
  if (signal.aborted) return null
  const input = { datasetId: dataset.id, request }
  await checkUnseen(session, dataset.id, request.training, namesLabels)
  if (network !== null) await tryOnSet(session, dataset.id, network)
  const plan = await services.sweep.plan(input)
  await sayUnseen(session, dataset.id, request.training)
  saySpeeds(session)
  for (const line of findingLines(plan)) progress.line(line)
  for (const { reason } of plan.skipped) progress.line(`Left out: ${reason.en}`)
  const told = new Set<string>()
  const warned = new Set<string>()
  const stop = session.on('sweep', 'progress', (payload) => {
    showState(session, payload as SweepState, told, warned)
  })
  const sweep = await services.sweep.startIn(out, input)
  const kept = sweep.state().rows.filter((row) => row.status === 'finished')
  for (const row of kept) told.add(row.key)
  progress.line(planSentence(sweep.state(), kept.length))
  const cancel = () => sweep.cancel()
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  const state = await sweep.finished
  signal.removeEventListener('abort', cancel)
  stop()
  progress.clear()
  if (state.error !== null) {
    throw new AppError(
      'trainingFailed',
      `${state.error.message} The same command with the same --out goes on with what is there.`,
      { code: state.error.code },
    )
  }
  return { state, out }
}

function showState(
  { progress }: Session,
  state: SweepState,
  told: Set<string>,
  warned: Set<string>,
): void {
  const { rows, stage, stageDone, stageTotal, remainingMs, warnings = [] } = state
  for (const warning of warnings) {
    if (warned.has(warning.kind)) continue
    warned.add(warning.kind)
    progress.line(warningText(warning))
  }
  for (const row of rows) {
    const hasEnded = row.status === 'finished' || row.status === 'failed'
    if (!hasEnded || told.has(row.key)) continue
    told.add(row.key)
    progress.line(rowSentence(row, state.request.seeds > 1))
  }
  const running = rows.find((row) => row.status === 'running')
  if (running === undefined && stage === 'training') return
  const heading =
    stage === 'features'
      ? 'Reading images'
      : stage === 'baselines'
        ? 'Measuring what the runs are held against'
        : stage === 'comparing'
          ? 'Comparing the runs on the same labels'
          : running === undefined
            ? 'Starting'
            : `Run ${count(told.size + 1)} of ${count(rows.length)}, ${nameOf(running)}`
  const parts: string[] = []
  if (stageTotal > 1) {
    const unit = stage === 'training' ? 'step ' : ''
    parts.push(
      stage === 'baselines'
        ? `${Math.floor((100 * stageDone) / stageTotal)} %`
        : `${unit}${count(stageDone)} of ${count(stageTotal)}`,
    )
  }
  if (remainingMs !== null) parts.push(`about ${durationText(remainingMs / 1000)} left in all`)
  progress.update(heading, parts.join(', '))
}

function planSentence({ plan, rows }: SweepState, kept: number): string {
  const test = testPartText(plan, plan)
  const known = kept > 0 ? ` ${count(kept)} of them are there from an earlier start.` : ''
  const share = (rows.length - kept) / Math.max(1, rows.length)
  const time = durationText(plan.estimatedSeconds * share)
  return `${countOf(rows.length, 'run')} on ${count(plan.trainImageCount)} images of ${count(plan.trainClassCount)} labels, ${test}; about ${time}.${known}`
}

/** A combination in a few words. */
const nameOf = ({ loss, miner, distance }: SweepCombination): string =>
  [loss.name, ...(miner === null ? [] : [miner.name]), distance].join(' + ')

function rowSentence(row: SweepRow, hasSeeds: boolean): string {
  const seed = hasSeeds ? `, seed ${row.seed}` : ''
  if (row.metrics === null) return `${nameOf(row)}${seed}: failed. ${row.error?.message ?? ''}`
  return `${nameOf(row)}${seed}: MAP@R ${withInterval(row.metrics)}, ${durationText(row.seconds ?? 0)}`
}

const withInterval = ({ mapAtR, mapAtRLow, mapAtRHigh }: MeasuredRetrieval): string =>
  mapAtR === null
    ? figureText(null).padEnd(20)
    : `${figureText(mapAtR)} [${figureText(mapAtRLow)}, ${figureText(mapAtRHigh)}]`

/** The leaderboard for a person, with the lines that a row must pass. */
export function sweepText({ state, out }: SweepOutcome): string {
  const { rows, baselines, summary, plan } = state
  const finished = rows.filter((row) => row.metrics !== null)
  const failed = rows.filter((row) => row.status === 'failed')
  const waiting = rows.filter((row) => row.status === 'waiting')
  const standings = new Map(summary.map((entry) => [combinationOf(entry), entry.standing]))
  const lines: Line[] = finished.map((row) => ({
    name: nameOf(row),
    seed: String(row.seed),
    metrics: row.metrics!,
    seconds: (row.seconds ?? 0).toFixed(1),
    toBest: toBestText(standings.get(combinationOf(row))),
  }))
  const form = baselines?.form
  const bars: [string, MeasuredRetrieval | null | undefined][] = [
    [
      `= closed form alone${form === undefined ? '' : ` (${formNames[form]})`}`,
      baselines?.closedForm,
    ],
    ['= before training', baselines?.untrained],
    ['= frozen features', baselines?.frozen],
  ]
  for (const [name, metrics] of bars) {
    if (metrics === null || metrics === undefined) continue
    const line: Line = { name, seed: '', metrics, seconds: '', toBest: '' }
    const at = lines.findIndex((other) => (other.metrics.mapAtR ?? -1) < (metrics.mapAtR ?? -1))
    lines.splice(at < 0 ? lines.length : at, 0, line)
  }
  const width = Math.max(12, ...lines.map(({ name }) => name.length))
  const on = {
    byClass: 'labels that training never saw',
    byImage: 'images that training never saw',
    none: 'the training images themselves',
  }[plan.split]
  const best = summary[0]
  return [
    `MAP@R on ${on}, with 95 % intervals:`,
    `  ${'combination'.padEnd(width)}  seed  MAP@R                 P@1    R-prec  seconds  to the best`,
    ...lines.map(({ name, seed, metrics, seconds, toBest }) =>
      `  ${name.padEnd(width)}  ${seed.padStart(4)}  ${withInterval(metrics)}  ${figureText(metrics.precisionAt1)}  ${figureText(metrics.rPrecision)}   ${seconds.padStart(7)}  ${toBest}`.trimEnd(),
    ),
    ...standingSentences(state),
    ...(state.request.seeds > 1 && best !== undefined && best.mapAtR !== null
      ? [
          `Best over seeds: ${nameOf(best)}, MAP@R ${best.mapAtR.mean.toFixed(3)} ± ${best.mapAtR.deviation.toFixed(3)} (${best.runs} runs).`,
        ]
      : []),
    ...failed.map((row) => `Failed: ${nameOf(row)}, seed ${row.seed}. ${row.error?.message ?? ''}`),
    ...(failed.length > 0 ? ['The same command with the same --out tries what failed again.'] : []),
    ...(waiting.length > 0
      ? [
          `${count(waiting.length)} runs are not done. The same command with the same --out goes on with them.`,
        ]
      : []),
    `Results are in ${out}`,
  ].join('\n')
}

const formNames: Readonly<Record<NonNullable<SweepBaselines['form']>, string>> = {
  whitening: 'whitening',
  analysis: 'discriminant analysis',
  lda: 'discriminant analysis or whitening',
  pca: 'principal components',
}

/** `~`: may be chance. */
function toBestText(standing: SweepStanding | undefined): string {
  if (standing === undefined) return ''
  const { toBest } = standing
  if (toBest === 'best') return 'best'
  return `${differenceText(toBest)}${excludesZero(toBest) || isNone(toBest) ? '' : ' ~'}`
}

/** To three decimals, with its sign; what is shown as nothing has none. */
function signed(value: number): string {
  const text = value.toFixed(3)
  if (Number(text) === 0) return '0.000'
  return value > 0 ? `+${text}` : text
}

/** Both found the same for each query, as where both kept the same closed form. */
const isNone = ({ mean, low, high }: SweepDifference): boolean =>
  mean === 0 && low === 0 && high === 0

function differenceText(difference: SweepDifference): string {
  const { mean, low, high } = difference
  if (isNone(difference)) return 'no difference'
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`
}

/** What the differences are, and whether the best is better than what needs no training. */
function standingSentences({ summary, baselines, request, rows }: SweepState): string[] {
  const best = summary.find(({ standing }) => standing?.toBest === 'best')
  if (best?.standing === undefined) {
    const finished = rows.filter(({ status }) => status === 'finished')
    if (finished.length === 0) return []
    return [
      finished.every(({ metrics }) => metrics?.queries === 0)
        ? 'Nothing could be measured: no tested image has another of its label to find.'
        : 'No differences with intervals: no embeddings of these runs were kept.',
    ]
  }
  const others = summary.flatMap(({ standing }) =>
    standing === undefined || standing.toBest === 'best' ? [] : [standing.toBest],
  )
  const { toBaseline } = best.standing
  const over = (others[0] ?? toBaseline)?.over ?? 'labels'
  const form = baselines?.form
  const bar =
    (baselines?.closedForm ?? null) === null
      ? 'the untrained network'
      : `the closed form${form === undefined ? '' : ` (${formNames[form]})`}`
  return [
    ...(others.length > 0
      ? [
          `To the best: ${request.seeds > 1 ? 'means over seeds, ' : ''}paired bootstrap over ${over}, 95 %; ~ cannot be told from the best.`,
        ]
      : []),
    ...(toBaseline === null
      ? []
      : [
          `${nameOf(best)} against ${bar}: ${differenceText(toBaseline)}${excludesZero(toBaseline) || isNone(toBaseline) ? '' : ', which may be chance'}.`,
        ]),
  ]
}

interface Line {
  readonly name: string
  readonly seed: string
  readonly metrics: MeasuredRetrieval
  readonly seconds: string
  readonly toBest: string
}
