import { shortShare as short, tableLines } from '../table'
import {
  type Candidate,
  differenceOfSet,
  isSetWorse,
  isWorse,
  type KeptRun,
  type Score,
} from './verdict'

/** A set with its runs, at least one. */
export interface KeptRuns {
  readonly title: string
  readonly origin: string
  readonly runs: readonly KeptRun[]
}

export interface KeptOrigin {
  readonly command: string
  readonly date: string
  readonly machine: string
  readonly versions: string
}

export const keptHeading = 'What one click keeps'

const names: Readonly<Record<Candidate, string>> = {
  features: 'features',
  closedForm: 'closed form',
  trained: 'trained',
}
const splits: Readonly<Record<KeptRun['split'], string>> = {
  byClass: 'whole labels',
  byImage: 'images',
  none: 'none',
}

/** The section of docs/quality.md. */
export function keptSection(
  sets: readonly KeptRuns[],
  origin: KeptOrigin,
  remarks: readonly string[],
): string {
  return [
    `## ${keptHeading}`,
    '',
    'Training that nobody set up: the program divides the images, chooses a closed form, trains a head from it, and keeps the simplest of plain features, closed form and trained head that held-out training labels find as good as the best. Here all of them are measured on the test part, which takes no part in the choice.',
    '',
    `Written by \`${origin.command}\` on ${origin.date}; do not edit.`,
    '',
    `- Machine: ${origin.machine}`,
    `- Versions: ${origin.versions}`,
    ...sets.map(({ title, origin: of }) => `- ${capital(title)}: ${of}`),
    '',
    'MAP@R / P@1, the mean over seeds with the lowest and highest MAP@R. The last column names the candidate that would have served best if it were kept in every run, and has what was kept less that, with its 95 % interval:',
    '',
    ...summaryLines(sets),
    '',
    'Each run, MAP@R with its 95 % interval / P@1; the last column names the best of those that were not kept, and has MAP@R of what was kept less its own, with the interval of a paired bootstrap:',
    '',
    ...tableLines([
      [
        'set, seed',
        'labels trained / tested',
        'features',
        'closed form',
        'trained',
        'kept',
        'kept - best other',
      ],
      ...sets.flatMap(({ title, runs }) =>
        runs.map((run) => [
          `${title}, ${run.seed}`,
          `${run.trainLabels} / ${run.testLabels}`,
          cellOf(run.scores.features),
          `${run.closedForm} ${cellOf(run.scores.closedForm)}`,
          trainedOf(run),
          `${names[run.kept]} ${cellOf(run.keptScore)}`,
          differenceOf(run),
        ]),
      ),
    ]),
    '',
    ...[verdictOfSets(sets), verdictOf(sets), ...remarks].map((line) => `- ${line}`),
    '',
  ].join('\n')
}

/** A row a set: means over its seeds. */
export const summaryLines = (sets: readonly KeptRuns[]): string[] =>
  tableLines([
    [
      'set',
      'images',
      'labels trained / tested',
      'kept unseen',
      'features',
      'closed form',
      'trained',
      'kept',
      'kept - best other',
    ],
    ...sets.map(({ title, runs }) => [
      title,
      spanOf(runs.map(({ imageCount }) => imageCount)),
      `${spanOf(runs.map(({ trainLabels }) => trainLabels))} / ${spanOf(runs.map(({ testLabels }) => testLabels))}`,
      [...new Set(runs.map(({ split }) => splits[split]))].join(', '),
      meanOf(runs.map(({ scores }) => scores.features)),
      `${countsOf(runs.map(({ closedForm }) => closedForm))}: ${meanOf(runs.map(({ scores }) => scores.closedForm))}`,
      meanOf(runs.map(({ scores }) => scores.trained)),
      `${countsOf(runs.map(({ kept }) => names[kept]))}: ${meanOf(runs.map(({ keptScore }) => keptScore))}`,
      differenceOfSetText(runs),
    ]),
  ])

/** In which sets keeping another one would have been better beyond doubt, in words. */
export function verdictOfSets(sets: readonly KeptRuns[]): string {
  const worse = sets.filter(({ runs }) => isSetWorse(runs))
  if (worse.length === 0) {
    return `In none of ${sets.length} sets would it have been better beyond doubt to keep the same candidate in every run.`
  }
  return `In ${worse.length} of ${sets.length} sets it would have been better beyond doubt to keep the same candidate in every run: ${worse.map(({ title, runs }) => `${title} (${differenceOfSetText(runs)})`).join(', ')}.`
}

/** How many single choices were worse than another, in words. */
export function verdictOf(sets: readonly KeptRuns[]): string {
  const runs = sets.flatMap(({ title, runs: own }) => own.map((run) => ({ title, run })))
  const worse = runs.filter(({ run }) => isWorse(run))
  if (worse.length === 0) {
    return `In none of ${runs.length} runs does the interval of the difference lie wholly below 0: what was kept is nowhere worse beyond doubt than what was not.`
  }
  const which = worse
    .map(
      ({ title, run }) => `${title} seed ${run.seed} (${signed(run.differences[run.other].mean)})`,
    )
    .join(', ')
  return `In ${worse.length} of ${runs.length} single runs the interval of the difference lies wholly below 0, so that another one was better there than what was kept: ${which}.`
}

/** A line of a run for who waits. */
export const lineOf = (title: string, run: KeptRun): string =>
  `${title}, seed ${run.seed}: features ${cellOf(run.scores.features)}, ${run.closedForm} ${cellOf(run.scores.closedForm)}, trained ${trainedOf(run)}; kept ${names[run.kept]} ${cellOf(run.keptScore)}, less ${differenceOf(run)}${isWorse(run) ? ', worse' : ''} (${Math.round(run.seconds)} s)`

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${short(Math.abs(value))}`

const cellOf = ({ mapAtR, low, high, precisionAt1 }: Score): string =>
  `${short(mapAtR)} [${short(low)}, ${short(high)}] / ${short(precisionAt1)}`

/** Training whose best epoch is the start gives the start back. */
const trainedOf = ({ scores: { trained, closedForm } }: KeptRun): string =>
  trained.mapAtR === closedForm.mapAtR && trained.low === closedForm.low
    ? 'as closed form'
    : cellOf(trained)

function differenceOf({ other, differences }: KeptRun): string {
  const { mean, low, high, over } = differences[other]
  return `${names[other]} ${signed(mean)} [${signed(low)}, ${signed(high)}]${over === 'images' ? ' by images' : ''}`
}

function differenceOfSetText(runs: readonly KeptRun[]): string {
  const { other, mean, low, high } = differenceOfSet(runs)
  return `${names[other]} ${signed(mean)} [${signed(low)}, ${signed(high)}]`
}

/** "trained", or "features (1), trained (2)" of seeds that differ. */
function countsOf(found: readonly string[]): string {
  const kinds = [...new Set(found)].sort()
  if (kinds.length === 1) return kinds[0]!
  return kinds.map((kind) => `${kind} (${found.filter((one) => one === kind).length})`).join(', ')
}

function spanOf(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return low === high ? `${low}` : `${low} to ${high}`
}

function meanOf(scores: readonly Score[]): string {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const maps = scores.map(({ mapAtR }) => mapAtR)
  const range = `${short(Math.min(...maps))} to ${short(Math.max(...maps))}`
  return `${short(mean(maps))} (${range}) / ${short(mean(scores.map((s) => s.precisionAt1)))}`
}
