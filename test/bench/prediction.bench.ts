/**
 * `npm run bench -- prediction`: how well the default run predicts on labels (or images) that it
 * never saw, beside the same figures of the frozen features that it starts from: AUROC of unknown
 * against known, OSCR, OPIS, each with its 95 % interval over labels.
 *
 * --sets icons,photographs,fashion   which sets     --seed 1
 * --backend auto|tensorflow|wasm|js                 --markdown FILE   writes the section, docs/prediction.md
 * --json                                            prints one object
 *
 * Pictures and features stay in the user's cache.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { splitPart } from '../../src/core/evaluation/splitParts'
import { gather } from '../../src/core/inputSource'
import { Interruption } from '../../src/core/interruption'
import { createRandom } from '../../src/core/math/random'
import { gatherRows, type Matrix } from '../../src/core/math/matrix'
import { normalizeInPlace } from '../../src/core/math/normalizeRows'
import {
  measurePrediction,
  predictionNeighbours,
} from '../../src/core/prediction/measurePrediction'
import { StageReport } from '../../src/core/recipes/stageReport'
import { noRecords, type TrainingContext } from '../../src/core/recipes/surroundings'
import { divideRows, embedTest, trainModel } from '../../src/core/recipes/trainModel'
import { finish } from '../../src/core/steps'
import type { Backend } from '../../src/main/backend/backend'
import { usualFalseAccept } from '../../src/shared/model/prediction'
import { startBackend } from '../../src/main/backend/startBackend'
import { loadFeatures } from '../../src/main/features/loadFeatures'
import { thread } from '../../src/main/training/thread'
import type { PredictionFigure, PredictionReport } from '../../src/shared/model/prediction'
import type { BackendChoice } from '../../src/shared/model/training'
import { projectFolder, workersFolder } from './backends'
import { planOf } from './kept/measureRun'
import { withSection } from './sections'
import { listSets } from './sets'
import { readImageSet, type SetBuilder, setsCache } from './sets/imageSet'
import { shortShare, tableLines } from './table'

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'icons,photographs,fashion' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'auto' },
    markdown: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)

interface Measured {
  readonly title: string
  readonly images: number
  readonly heldOut: PredictionReport['heldOut']
  readonly labels: number
  readonly unknown: number
  /** What of features, closed form and trained head the run kept. */
  readonly kept: string
  readonly features: Figures
  readonly run: Figures
}
type Figures = Pick<PredictionReport, 'accuracy' | 'auroc' | 'oscr' | 'opis'>

async function main(): Promise<void> {
  const sets = listSets()
  const chosen = values.sets.split(',').map((name) => {
    const found = sets.find((set) => set.name === name)
    if (found !== undefined) return found
    throw new Error(`No set "${name}": ${sets.map((set) => set.name).join(', ')}`)
  })
  const preferred = values.backend as BackendChoice
  const backend = await startBackend({ preferred, workersFolder, projectFolder })
  const rows: Measured[] = []
  for (const builder of chosen) {
    rows.push(await measureSet(builder, backend))
    say(tableOf(rows.slice(-1)).join('\n'))
  }
  const origin = `\`npm run bench -- prediction --sets ${values.sets} --seed ${values.seed}\` on ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${cpus()[0]?.model ?? ''}, ${backend.report.description}`
  backend.dispose()
  if (values.markdown !== undefined) {
    const section = sectionOf(rows, origin)
    writeFileSync(values.markdown, withSection(readFileSync(values.markdown, 'utf8'), section))
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ bench: 'prediction', origin, rows })}\n`
      : `${tableOf(rows).join('\n')}\n`,
  )
}

async function measureSet(builder: SetBuilder, backend: Backend): Promise<Measured> {
  const { title } = builder
  const built = await builder.build((line) => say(`${title}: ${line}`))
  const set = await readImageSet(built.folder)
  const { plan, split } = planOf(set, built, Number(values.seed))
  const { options } = plan
  const interruption = new Interruption()
  const { sha256, files, labels } = set
  const { features, extractor } = options
  const inputs = await loadFeatures(
    { ids: Uint32Array.from(files.keys()), sha256, files },
    { backend, features, extractor, projectFolder, cacheFolder: setsCache },
    { onProgress: () => {}, interruption },
  )
  if (inputs === null) throw new Error('Nobody cancels here')
  const data = divideRows(inputs, labels, split, options, set.labelKeys)
  const context: TrainingContext = {
    ...thread,
    ...{ options, backend, interruption, records: noRecords },
    random: createRandom(options.seed),
    report: new StageReport(() => {}, interruption, thread.now),
  }
  const trained = await trainModel(context, data)
  if (trained === null) throw new Error('Nobody cancels here')
  const all = Uint32Array.from(labels.keys()).filter((row) => inputs.isReadable[row] === 1)
  const embeddings = await embedTest(
    trained.saved,
    { source: data.source, test: { rows: all, labels: gatherLabels(labels, all) } },
    context,
  )
  const groups = numbered(set.contents)
  const measured = (rows: Matrix): PredictionReport => {
    const unit = gatherRows(rows, Uint32Array.from(all.keys()))
    normalizeInPlace(unit)
    return finish(
      measurePrediction(
        {
          embeddings: unit,
          labels: gatherLabels(labels, all),
          groups: Uint32Array.from(all, (row) => groups[row]!),
          isHeldOut: Uint8Array.from(all, (row) => (split[row] === splitPart.test ? 1 : 0)),
          heldOut: options.split === 'byClass' ? 'labels' : 'images',
        },
        {
          ...{ k: predictionNeighbours, falseAccept: usualFalseAccept },
          ...{ product: backend.product, random: createRandom('prediction') },
        },
      ),
    ).report
  }
  const run = measured(embeddings)
  return {
    ...{
      title,
      images: all.length,
      heldOut: run.heldOut,
      labels: run.labels,
      unknown: run.unknown,
    },
    kept: trained.kept?.what ?? 'trained',
    features: figuresOf(measured(gather(data.source, all))),
    run: figuresOf(run),
  }
}

const figuresOf = ({ accuracy, auroc, oscr, opis }: PredictionReport): Figures => ({
  ...{ accuracy, auroc, oscr, opis },
})

const gatherLabels = (labels: Int32Array, rows: Uint32Array): Int32Array =>
  Int32Array.from(rows, (row) => labels[row]!)

function numbered(contents: readonly string[]): Uint32Array {
  const numbers = new Map<string, number>()
  return Uint32Array.from(contents, (content) => {
    const number = numbers.get(content) ?? numbers.size
    numbers.set(content, number)
    return number
  })
}

const keptWords: Readonly<Record<string, string>> = {
  features: 'the features',
  closedForm: 'the closed form',
  trained: 'the trained head',
}

function tableOf(rows: readonly Measured[]): string[] {
  return tableLines([
    ['set', 'model', 'accuracy', 'AUROC', 'OSCR', 'OPIS'],
    ...rows.flatMap(({ title, kept, features, run }) =>
      (
        [
          [title, 'frozen features', features],
          ['', `default run: ${keptWords[kept] ?? kept}`, run],
        ] as const
      ).map(([set, model, { accuracy, auroc, oscr, opis }]) => [
        ...[set, model, shareText(accuracy), shareText(auroc), shareText(oscr)],
        opis === null ? '' : intervalText(opis, (value) => value.toExponential(1)),
      ]),
    ),
  ])
}

const shareText = (one: PredictionFigure | null): string =>
  one === null ? '' : intervalText(one, shortShare)

const intervalText = (
  { value, low, high }: PredictionFigure,
  text: (value: number) => string,
): string =>
  low === null || high === null ? text(value) : `${text(value)} (${text(low)} to ${text(high)})`

function sectionOf(rows: readonly Measured[], origin: string): string {
  const sets = rows.map(
    ({ title, images, heldOut, labels, unknown }) =>
      `${title}: ${images} images, asked by ${unknown} of ${labels} labels, ${heldOut} kept unseen`,
  )
  return [
    '## Against frozen features',
    '',
    `Written by ${origin}; do not edit. Figures with 95 % intervals over labels; for OPIS lower is better. ${sets.join('; ')}.`,
    '',
    ...tableOf(rows),
    '',
  ].join('\n')
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
})
