/**
 * `npm run bench -- recipes`: what a head that starts from the closed form gets of where proxies
 * begin and of how batches are drawn: MAP@R on labels never seen, less that of the closed form.
 *
 * --sets emoji,icons,photographs   which sets     --seeds 3   how often each
 * --losses a,b         of which losses (all)
 * --out FILE.json      results; runs that are in it are not run again
 * --markdown FILE      writes its sections into a document, docs/quality.md
 * --report             runs nothing, reports what --out holds
 *
 * The emoji are those of `quality`, with its features; the others are those of `default`, with the
 * layers that one click takes, and their seeds draw which labels are kept unseen.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { createMatrix } from '../../src/core/math/matrix'
import { createRandom } from '../../src/core/math/random'
import { Interruption } from '../../src/core/interruption'
import { featureSource } from '../../src/core/inputSource'
import { planTraining } from '../../src/core/plan/plan'
import { startBackend } from '../../src/main/backend/startBackend'
import type { Backend } from '../../src/main/backend/backend'
import { loadFeatures } from '../../src/main/features/loadFeatures'
import { describeExtractors } from '../../src/main/features/extractors'
import { shippedSpeeds } from '../../src/main/training/shippedSpeeds'
import type { TrainingRequest } from '../../src/shared/model/training'
import { projectFolder, workersFolder } from './backends'
import { cachedInputs, prepareInputs, type QualityInputs, readInputs } from './quality/inputs'
import { TaskRunner } from './quality/runTask'
import { withSection } from './sections'
import { listSets } from './sets'
import { readImageSet, setsCache } from './sets/imageSet'
import { shortShare, tableLines } from './table'

interface Recipe {
  readonly part: 'proxies' | 'samplers'
  readonly loss: string
  readonly way: string
  readonly request: TrainingRequest
}
interface Run {
  readonly set: string
  readonly recipe: string
  readonly seed: number
  readonly mapAtR: number
  readonly closedForm: number
}
interface Results {
  readonly origin: string
  readonly runs: readonly Run[]
}

const ofProxies = [
  'proxyNCA',
  'proxyNCAPlusPlus',
  'proxyAnchor',
  'softTriple',
  'normalizedSoftmax',
  'arcFace',
  'subCenterArcFace',
  'cosFace',
]
const samplersOf: Readonly<Record<string, readonly string[]>> = {
  supCon: ['classesTimesImages', 'hardClasses'],
  triplet: ['classesTimesImages', 'hardClasses'],
  proxyNCAPlusPlus: ['classesTimesImages', 'hardClasses', 'classBalanced', 'uniform'],
}
const recipes: readonly Recipe[] = [
  ...ofProxies.flatMap((loss) =>
    (['random', 'classMeans'] as const).map((way): Recipe => ({
      part: 'proxies',
      ...{ loss, way },
      request: { proxyStart: way },
    })),
  ),
  ...Object.entries(samplersOf).flatMap(([loss, ways]) =>
    ways.map((way): Recipe => ({ part: 'samplers', loss, way, request: { sampler: way } })),
  ),
]
const nameOf = ({ part, loss, way }: Recipe): string => `${part} ${loss} ${way}`
const keyOf = ({ set, recipe, seed }: Pick<Run, 'set' | 'recipe' | 'seed'>): string =>
  `${set} ${recipe} ${seed}`

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'emoji,icons,photographs' },
    seeds: { type: 'string', default: '3' },
    losses: { type: 'string' },
    out: { type: 'string' },
    markdown: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
})
const setNames = values.sets.split(',')
const say = (line: string) => void process.stderr.write(`${line}\n`)

async function main(): Promise<void> {
  const known: Results | null =
    values.out !== undefined && existsSync(values.out)
      ? (JSON.parse(readFileSync(values.out, 'utf8')) as Results)
      : null
  const results = values.report ? known : await measure(known)
  if (results === null) throw new Error('There is nothing to report: name results with --out')
  for (const part of ['proxies', 'samplers'] as const) {
    const section = sectionText(part, results)
    process.stdout.write(`${section}\n`)
    if (values.markdown === undefined) continue
    writeFileSync(values.markdown, withSection(readFileSync(values.markdown, 'utf8'), section))
  }
}

async function measure(known: Results | null): Promise<Results> {
  const backend = await startBackend({ preferred: 'auto', workersFolder, projectFolder })
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? ''}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${backend.report.description}`
  const date = new Date().toISOString().slice(0, 10)
  const command = `npm run bench -- recipes --sets ${values.sets} --seeds ${values.seeds} --markdown docs/quality.md`
  const origin = `Written by \`${command}\` on ${date}, ${machine}; do not edit.`
  const runs = [...(known?.runs ?? [])]
  const done = new Set(runs.map(keyOf))
  for (const set of setNames) {
    const inputsOf = await readSet(set, backend)
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const missing = recipes.filter(
        (recipe) =>
          (values.losses?.split(',').includes(recipe.loss) ?? true) &&
          !done.has(keyOf({ set, recipe: nameOf(recipe), seed })),
      )
      if (missing.length === 0) continue
      const inputs = inputsOf(seed)
      const runner = new TaskRunner(inputs, backend)
      const length = lengthOf(set, inputs)
      const name = 'frozen, closed form of the default start'
      const closedForm = (await runner.run({ network: 'baseline', name, seed })).mapAtR
      for (const recipe of missing) {
        const started = performance.now()
        const { mapAtR } = await runner.trainRecipe(
          'start',
          { loss: recipe.loss, miner: null },
          seed,
          { ...length, ...recipe.request },
        )
        runs.push({ set, recipe: nameOf(recipe), seed, mapAtR, closedForm })
        const seconds = ((performance.now() - started) / 1000).toFixed(1)
        say(`${set} ${seed} ${nameOf(recipe)}: ${signed(mapAtR - closedForm)} (${seconds} s)`)
        if (values.out === undefined) continue
        writeFileSync(`${values.out}.tmp`, JSON.stringify({ origin, runs }))
        renameSync(`${values.out}.tmp`, values.out)
      }
    }
  }
  backend.dispose()
  return { origin, runs }
}

/** Steps and rate that the plan has for so many labels; of the emoji those of `quality`. */
function lengthOf(set: string, { labels, trainingClasses }: QualityInputs): TrainingRequest {
  if (set === 'emoji') return {}
  const { maxSteps, learningRate } = planTraining({
    labels: labels.filter((label) => label < trainingClasses),
    request: { split: 'none' },
    extractors: describeExtractors(),
    featuresCached: () => labels.length,
    speed: shippedSpeeds.tensorflow,
  }).plan.options
  return { steps: maxSteps!, learningRate }
}

/** The inputs of a set with the labels that a seed keeps unseen; the emoji have one split. */
async function readSet(name: string, backend: Backend): Promise<(seed: number) => QualityInputs> {
  if (name === 'emoji') {
    const pictures = { file: cachedInputs, pictures: undefined, backend: 'auto', say } as const
    if (!existsSync(cachedInputs)) await prepareInputs(pictures)
    const inputs = readInputs(cachedInputs)
    return () => inputs
  }
  const builder = listSets().find((set) => set.name === name)
  if (builder === undefined) throw new Error(`No set "${name}"`)
  const built = await builder.build(say)
  const { files, sha256, labels, labelKeys } = await readImageSet(built.folder)
  const extractor = 'conv12+conv13+conv15'
  const loaded = await loadFeatures(
    { ids: Uint32Array.from(files.keys()), sha256, files },
    { backend, features: extractor, projectFolder, cacheFolder: setsCache },
    { onProgress: () => {}, interruption: new Interruption() },
  )
  if (loaded === null) throw new Error('Nobody cancels here')
  const { rows, rowSize } = loaded.source
  const all = new Float32Array(rows * rowSize)
  loaded.source.read(
    Uint32Array.from({ length: rows }, (_, i) => i),
    all,
    null,
  )
  return (seed) => {
    const order = createRandom(seed).fork('unseen').shuffle(Uint32Array.from(labelKeys.keys()))
    const numberOf = Int32Array.from(labelKeys, (_, label) => order.indexOf(label))
    const sorted = [...labels.keys()].sort((a, b) => numberOf[labels[a]!]! - numberOf[labels[b]!]!)
    const features = new Float32Array(all.length)
    featureSource(all, rowSize).read(sorted, features, null)
    return {
      pixels: new Uint8Array(0),
      sidePx: 0,
      features: createMatrix(rows, rowSize, features),
      extractor,
      labels: Int32Array.from(sorted, (row) => numberOf[labels[row]!]!),
      trainingClasses: Math.round(0.8 * labelKeys.length),
      classes: Array.from(order, (label) => labelKeys[label]!),
    }
  }
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${shortShare(Math.abs(value))}`

function cellOf(runs: readonly Run[]): string {
  if (runs.length === 0) return ''
  const gains = runs.map(({ mapAtR, closedForm }) => mapAtR - closedForm)
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
  if (gains.length === 1) return signed(mean)
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)
  return `${signed(mean)} ± ${shortShare(Math.sqrt(squares / (gains.length - 1)))}`
}

const titles = {
  proxies: ['Where proxies begin', 'proxies begin at'],
  samplers: ['How batches are drawn', 'sampler'],
} as const
const about = {
  proxies:
    'Losses with proxies, centres or class weights from the closed form: rows that begin at random, and rows that begin at the means of their labels in that closed form.',
  samplers:
    'The same from the closed form with other samplers; proxies begin at class means. The samplers that draw single images are of use to losses with class representatives alone.',
}
const remarks = {
  proxies: [
    'On the emoji, which have many labels to train, every loss but proxyAnchor does better from class means: what was at or below the closed form from random rows is above it. On the smaller sets the differences are about as large as those from seed to seed, and more often down than up. Class means are the default where a head starts from a closed form.',
    'proxyAnchor is clearly worse from class means on every set: nothing is far enough from its proxy to be pulled, and what is left pushes. It begins at random unless `--proxy-start` says otherwise.',
    'A cell without ± is one seed, and an empty one was not measured here; on the emoji from random rows softTriple had .426 ± .001 and cosFace .424 ± .002 before.',
  ],
  samplers: [
    'No sampler is better than another by more than seeds differ, on these sets, whose labels have about as many images each. P classes x K images stays the default.',
  ],
}

function sectionText(part: Recipe['part'], { origin, runs }: Results): string {
  const sets = [...new Set(runs.map(({ set }) => set))]
  const [title, way] = titles[part]
  const bars = sets.map((set) => {
    const own = runs.filter((run) => run.set === set).map(({ closedForm }) => closedForm)
    return shortShare(own.reduce((sum, value) => sum + value, 0) / own.length)
  })
  const rows = recipes
    .filter((recipe) => recipe.part === part)
    .map((recipe) => [
      recipe.loss,
      recipe.way,
      ...sets.map((set) =>
        cellOf(runs.filter((run) => run.set === set && run.recipe === nameOf(recipe))),
      ),
    ])
  return [
    `## ${title}`,
    '',
    `${about[part]} MAP@R on labels never seen less that of the closed form, the mean over seeds ± their standard deviation, in batches of 32 labels x 4 images; nothing is chosen by the unseen labels. Emoji as above, 300 steps at 0.0003; of the others a fifth of the labels are unseen, drawn by the seed, and the plan says steps and rate.`,
    '',
    origin,
    '',
    ...tableLines([['loss', way, ...sets], ['closed form', '', ...bars], ...rows]),
    '',
    ...remarks[part].map((line) => `- ${line}`),
    '',
  ].join('\n')
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
