import { networksOf } from '../../core/plan/chooseCandidates'
import { type ChosenFeatures, findExtractor, layersOf } from '../../core/plan/features'
import { columnsOfSource } from '../../core/inputSource'
import { createRandom } from '../../core/math/random'
import { formsOf, keepForms } from '../../core/recipes/decideKept'
import { foldsOf, type FormScores, scoreForms } from '../../core/recipes/scoreForms'
import {
  chooseOfScored,
  optionsWith,
  type ScoredCandidate,
} from '../../core/recipes/searchNetworks'
import type { StageReport } from '../../core/recipes/stageReport'
import type { StartFindings } from '../../core/recipes/startFindings'
import { noRecords, type TrainingContext } from '../../core/recipes/surroundings'
import { divideRows } from '../../core/recipes/trainModel'
import { partsOf } from '../../core/steps'
import type { NetworkCandidate } from '../../shared/model/networkSearch'
import { extractors } from '../features/extractors'
import { loadFeatures } from '../features/loadFeatures'
import { jobFingerprint } from '../runs/checkpoint'
import { openFindings } from '../runs/startFindings'
import type { TrainJob } from './messages'
import type { RunContext } from './runContext'
import { thread } from './thread'

/** The job with a network and layers. */
export interface SettledJob {
  readonly job: TrainJob
  /** What the start is chosen by, where it was measured on the way. */
  readonly forms: FormScores | null
}

/**
 * Chooses network and layers by held-out training labels where the plan left that open, and says so.
 * Every network goes over the images once; features and scores are kept, so that an interrupted
 * search goes on. A run that has chosen names what it chose and does not choose again. Null where it
 * was cancelled.
 */
export async function settleNetwork(
  run: RunContext,
  report: StageReport,
): Promise<SettledJob | null> {
  const { job } = run
  const { candidates } = job.options
  if (candidates === undefined || candidates.length === 0) return { job, forms: null }
  report.stage('choosing', 0, 1)
  const findings = await openFindings(job.runFolder, jobFingerprint(job))
  const networks = networksOf(
    candidates.map((candidate) => ({
      candidate,
      extractor: findExtractor(extractors, candidate.extractor),
      features: candidate.features,
    })),
  )
  const parts = partsOf(Object.fromEntries(networks.map(({ extractor }) => [extractor.id, 1])))
  const scored = new Map<NetworkCandidate, ScoredCandidate>()
  let over: 'labels' | 'images' = 'labels'
  for (const network of networks) {
    const found = await scoreNetwork(run, network, {
      findings,
      report: (from, to, stage) => {
        const [first, last] = parts[network.extractor.id]!
        const at = (share: number) => first + (last - first) * share
        return report.part(stage, at(from), at(to), 'choosing')
      },
    })
    if (found === null) return null
    over = found.over
    found.scored.forEach((one) => scored.set(one.candidate, one))
  }
  report.flush()
  const inOrder = candidates.map((candidate) => scored.get(candidate)!)
  const search = chooseOfScored(inOrder, over, job.options.start)
  const chosen = inOrder[search.chosen]!
  const options = optionsWith(job.options, chosen.candidate)
  run.post({ kind: 'searched', search, options })
  const hasScores = chosen.scores.features.size > 0
  return { job: { ...job, options }, forms: hasScores ? chosen.scores : null }
}

/** Nothing could be held out. */
const noScores: FormScores = { features: new Map(), whitening: new Map(), analysis: new Map() }
/** Share of the time of a network that its features take, roughly. */
const loadingShare = 0.6

/** A network, all of its layers that are asked for, and the candidates that take some of them. */
interface SearchedNetwork extends ChosenFeatures {
  readonly candidates: readonly { readonly candidate: NetworkCandidate }[]
}

async function scoreNetwork(
  { job, backend, openOnnx, interruption }: RunContext,
  { extractor, features, candidates }: SearchedNetwork,
  {
    findings,
    report,
  }: {
    readonly findings: StartFindings
    readonly report: (from: number, to: number, stage: 'features' | 'baseline') => StageReport
  },
): Promise<{
  readonly over: 'labels' | 'images'
  readonly scored: readonly ScoredCandidate[]
} | null> {
  const nameOf = ({ extractor, features }: NetworkCandidate) => `${extractor} ${features}`
  const loading = report(0, loadingShare, 'features')
  let startedAt = performance.now()
  const loaded = await loadFeatures(
    job.images,
    {
      ...{ ...job, backend, openOnnx, extractor: extractor.id },
      features,
    },
    {
      onProgress: (done, total) => loading.progress('features', done, total),
      work: loading,
      interruption,
    },
  )
  if (loaded === null) return null
  const starts = new Map<string, number>()
  let rowSize = 0
  for (const { name, dimension } of layersOf(extractor, features)) {
    starts.set(name, rowSize)
    rowSize += dimension
  }
  const scored: ScoredCandidate[] = []
  let over: 'labels' | 'images' = 'labels'
  for (const [place, { candidate }] of candidates.entries()) {
    const parts = layersOf(extractor, candidate.features).map(({ name, dimension }) => ({
      from: starts.get(name)!,
      to: starts.get(name)! + dimension,
    }))
    const source = columnsOfSource(loaded.source, parts)
    const options = optionsWith(job.options, candidate)
    const data = divideRows({ ...loaded, source }, job.labels, job.split, options, job.labelKeys)
    const at = (part: number) =>
      loadingShare + ((1 - loadingShare) * (place + part)) / candidates.length
    const context: TrainingContext = {
      ...{ ...thread, options, backend, interruption },
      random: createRandom(options.seed),
      report: report(at(0), at(1), 'baseline'),
      records: noRecords,
    }
    const folds = foldsOf(context, data.training)
    if (folds !== null) over = folds.over
    const known = formsOf(findings, nameOf(candidate))
    const scores = known ?? (folds === null ? noScores : await scoreForms(context, data, folds))
    if (scores === null) return null
    if (known === null && folds !== null) await keepForms(findings, scores, nameOf(candidate))
    const now = performance.now()
    scored.push({ candidate, scores, seconds: (now - startedAt) / 1000 })
    startedAt = now
  }
  return { over, scored }
}
