/**
 * `npm run bench -- effort`: what one click finds on labels never seen, by how much may be tried:
 * `train FOLDER --quality NAME`, and with the last blocks of the network trained too. Runs the
 * program itself, once for each set, effort and seed.
 *
 * --sets emoji,stamps  which sets (all)          --seeds 3   how often each
 * --efforts fast,best  which efforts (all)
 * --out FILE.json      results; runs that are in it are not run again
 * --markdown FILE      writes its section into a document, docs/quality.md
 * --report             runs nothing, reports what --out holds
 *
 * Pictures and features stay in the user's cache. The seed draws the training, and which labels are
 * used and kept unseen where the set does not say.
 */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom } from '../../src/core/math/random'
import type { KeptModel } from '../../src/shared/model/kept'
import type { RetrievalMetrics } from '../../src/shared/model/retrieval'
import { projectFolder } from './backends'
import { withSection } from './sections'
import { listSets } from './sets'
import { setsCache } from './sets/imageSet'
import { wholeFolder } from './sets/whole'
import { shortShare, tableLines } from './table'

/** A folder to train on, and what is said of its split. */
interface Task {
  readonly folder: string
  readonly unseen: readonly string[] | null
  readonly testShare: number
}

interface Set {
  readonly name: string
  readonly title: string
  readonly task: (seed: number) => Promise<Task>
}

/** What metrics.json says of a run. */
interface Metrics {
  readonly before: RetrievalMetrics
  readonly closedForm: RetrievalMetrics
  readonly after: RetrievalMetrics
  readonly kept: KeptModel
  readonly options: { readonly extractor: string; readonly features: string }
  readonly durationSeconds: number
  readonly steps: number
  readonly backendDescription: string
}

interface Run {
  readonly set: string
  readonly effort: string
  readonly seed: number
  readonly metrics: Metrics
}

interface Results {
  readonly origin: string
  readonly runs: readonly Run[]
}

const fewLabels = 60
const efforts: Readonly<Record<string, readonly string[]>> = {
  fast: [],
  balanced: ['--quality', 'balanced'],
  best: ['--quality', 'best'],
  'fast, last 6 blocks': ['--train', 'last:6'],
  'best, last 6 blocks': ['--quality', 'best', '--train', 'last:6'],
}

const builders = new Map(listSets().map((set) => [set.name, set]))
const built = (name: string) => builders.get(name)!.build((line) => say(`${name}: ${line}`))
const whole = (name: string, title: string, testShare: number): Set => ({
  name,
  title,
  async task() {
    const { folder, unseenLabels } = await built(name)
    return { folder, unseen: unseenLabels ?? null, testShare }
  },
})
const sets: readonly Set[] = [
  whole('emoji', 'emoji, 700 labels trained', 0.2),
  {
    name: 'emoji60',
    title: `emoji, ${fewLabels} labels trained`,
    async task(seed) {
      const { folder, unseenLabels: unseen = [] } = await built('emoji')
      const trained = readdirSync(folder).filter((label) => !unseen.includes(label))
      const order = createRandom(seed).shuffle([...trained.keys()])
      const few = await wholeFolder(join(setsCache, `emoji-${fewLabels}-${seed}`), async (to) => {
        for (const label of [...order.slice(0, fewLabels).map((i) => trained[i]!), ...unseen]) {
          await mkdir(join(to, label))
          await cp(join(folder, label), join(to, label), { recursive: true })
        }
      })
      return { folder: few, unseen, testShare: 0.2 }
    },
  },
  whole('stamps', 'Tux Paint stamps, half of the labels trained', 0.5),
  whole('kinds', 'Tux Paint stamps by kind, half of the labels trained', 0.5),
  whole('icons', 'interface icons, half of the labels trained', 0.5),
  whole('photographs', 'pieces of photographs, half of the labels trained', 0.5),
]

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: sets.map(({ name }) => name).join(',') },
    seeds: { type: 'string', default: '3' },
    efforts: { type: 'string', default: Object.keys(efforts).join(';') },
    out: { type: 'string' },
    markdown: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)

async function main(): Promise<void> {
  const known =
    values.out !== undefined && existsSync(values.out)
      ? (JSON.parse(readFileSync(values.out, 'utf8')) as Results)
      : null
  const results = values.report ? known : await measure(known)
  if (results === null) throw new Error('There is nothing to report: name results with --out')
  const section = sectionText(results)
  process.stdout.write(`${section}\n`)
  if (values.markdown === undefined) return
  writeFileSync(values.markdown, withSection(readFileSync(values.markdown, 'utf8'), section))
}

async function measure(known: Results | null): Promise<Results> {
  const runs = [...(known?.runs ?? [])]
  const names = values.sets.split(',')
  const chosen = values.efforts.split(';')
  const unknown = [
    ...names.filter((name) => !sets.some((set) => set.name === name)),
    ...chosen.filter((name) => !(name in efforts)),
  ]
  if (unknown.length > 0) throw new Error(`Not known: ${unknown.join(', ')}`)
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? ''}, ${Math.round(totalmem() / 2 ** 30)} GiB`
  const of = () =>
    `Written by \`npm run bench -- effort --seeds ${values.seeds} --markdown docs/quality.md\` on ${new Date().toISOString().slice(0, 10)}, ${machine}; ${runs[0]!.metrics.backendDescription}; do not edit.`
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (const set of sets.filter(({ name }) => names.includes(name))) {
      for (const effort of chosen) {
        const isDone = runs.some(
          (run) => run.set === set.name && run.effort === effort && run.seed === seed,
        )
        if (isDone) continue
        const metrics = await train(await set.task(seed), effort, seed)
        runs.push({ set: set.name, effort, seed, metrics })
        say(
          `${set.title}, seed ${seed}, ${effort}: ${shortShare(metrics.after.mapAtR ?? NaN)} (${metrics.kept.what}), ${Math.round(metrics.durationSeconds)} s`,
        )
        keep({ origin: of(), runs })
      }
    }
  }
  return { origin: of(), runs }
}

async function train(task: Task, effort: string, seed: number): Promise<Metrics> {
  const out = mkdtempSync(join(tmpdir(), 'semblance-effort-'))
  try {
    const unseen = join(out, 'unseen.txt')
    if (task.unseen !== null) writeFileSync(unseen, task.unseen.join('\n'))
    const parameters = [
      ...['train', task.folder, '--out', join(out, 'run'), '--seed', String(seed)],
      ...['--split', 'byClass'],
      ...(task.unseen === null
        ? ['--split-seed', String(seed), '--test-share', String(task.testShare)]
        : ['--unseen-labels', unseen]),
      ...efforts[effort]!,
    ]
    await runProgram(parameters)
    return JSON.parse(readFileSync(join(out, 'run', 'metrics.json'), 'utf8')) as Metrics
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

/** @throws with its last words where it fails */
function runProgram(parameters: readonly string[]): Promise<void> {
  const cli = join(projectFolder, 'out', 'main', 'cli.js')
  const child = spawn(process.execPath, [cli, ...parameters], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2_000)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${parameters.join(' ')} ended with ${code}:\n${words}`))
    })
  })
}

function keep(results: Results): void {
  if (values.out === undefined) return
  writeFileSync(`${values.out}.tmp`, JSON.stringify(results, null, 1))
  renameSync(`${values.out}.tmp`, values.out)
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** The mean over the runs that have it, with the lowest and highest; a dash where none has. */
function over(runs: readonly Run[], of: (metrics: Metrics) => RetrievalMetrics | undefined) {
  const found = runs.flatMap(({ metrics }) => of(metrics)?.mapAtR ?? [])
  if (found.length === 0) return '-'
  return `${shortShare(mean(found))} (${shortShare(Math.min(...found))} to ${shortShare(Math.max(...found))})`
}

const whatNames: Readonly<Record<KeptModel['what'], string>> = {
  features: 'features',
  closedForm: 'closed form',
  trained: 'head',
  tuned: 'tuned',
  refitted: 'refitted',
}

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${name} (${count})`).join(', ')
}

function sectionText({ origin, runs }: Results): string {
  const rows = sets.flatMap(({ name, title }) =>
    Object.keys(efforts).flatMap((effort) => {
      const own = runs.filter((run) => run.set === name && run.effort === effort)
      if (own.length === 0) return []
      return [
        [
          title,
          effort,
          String(own.length),
          counted(own.map(({ metrics }) => metrics.options.extractor)),
          over(own, ({ before }) => before),
          over(own, ({ closedForm }) => closedForm),
          over(own, ({ kept }) => kept.trained),
          over(own, ({ kept }) => kept.tuned),
          over(own, ({ kept }) => kept.refitted),
          over(own, ({ after }) => after),
          counted(own.map(({ metrics }) => whatNames[metrics.kept.what])),
          String(Math.round(mean(own.map(({ metrics }) => metrics.durationSeconds)))),
        ],
      ]
    }),
  )
  return [
    '## What more effort gives',
    '',
    'One click by `--quality`, and with the last six blocks of the network trained: MAP@R on labels never seen, the mean over seeds with the lowest and highest. What is kept is chosen on held-out training labels; the test takes no part.',
    '',
    origin,
    '',
    ...tableLines([
      [
        ...['set', 'effort', 'seeds', 'network', 'features', 'closed form', 'head', 'tuned'],
        ...['refitted', 'kept', 'what was kept', 'seconds'],
      ],
      ...rows,
    ]),
  ].join('\n')
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
