/**
 * `npm run bench -- default`: what one click keeps, on image sets that differ: for each set and
 * seed the program's own split, plan, training and choice, and on the test part what it kept beside
 * what it did not. Ends with 1 where over the seeds of a set another one is better than what was kept
 * beyond doubt, or a set could not be had.
 *
 * --sets emoji,icons   which sets (all)         --seeds 3   how often each
 * --backend auto|tensorflow|wasm|js             --pictures FOLDER   emoji already drawn at 224 px
 * --out FILE.json      results; sets measured now replace theirs in it
 * --markdown FILE      writes the section into a document, docs/quality.md
 * --report             runs nothing, reports what --out holds
 * --json               prints one object
 *
 * Pictures and features stay in the user's cache.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { version_core } from '@tensorflow/tfjs-core'
import { Interruption } from '../../src/core/interruption'
import type { Backend } from '../../src/main/backend/backend'
import type { BackendChoice, TrainingOptions } from '../../src/shared/model/training'
import { startBackend } from '../../src/main/backend/startBackend'
import { loadFeatures } from '../../src/main/features/loadFeatures'
import { projectFolder, workersFolder } from './backends'
import {
  type KeptOrigin,
  keptSection,
  lineOf,
  summaryLines,
  verdictOf,
  verdictOfSets,
} from './kept/markdown'
import { measureRun, planOf } from './kept/measureRun'
import { keptRemarks } from './kept/remarks'
import { isSetWorse, type KeptRun } from './kept/verdict'
import { withSection } from './sections'
import { listSets } from './sets'
import { type ImageSet, readImageSet, type SetBuilder, setsCache } from './sets/imageSet'

const { values } = parseArgs({
  options: {
    sets: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'auto' },
    pictures: { type: 'string' },
    out: { type: 'string' },
    markdown: { type: 'string' },
    report: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)

interface Results {
  readonly origin: KeptOrigin
  /** By name of the set. */
  readonly runs: Readonly<Record<string, readonly KeptRun[]>>
}

async function main(): Promise<void> {
  const sets = listSets(values.pictures)
  const known = readResults()
  const results = values.report ? known : await measure(chooseSets(sets), known)
  if (results === null) throw new Error('There is nothing to report: name results with --out')
  const rows = sets
    .map(({ name, title, origin }) => ({ name, title, origin, runs: results.runs[name] ?? [] }))
    .filter(({ runs }) => runs.length > 0)
  if (values.markdown !== undefined) {
    const section = keptSection(rows, results.origin, keptRemarks)
    writeFileSync(values.markdown, withSection(readFileSync(values.markdown, 'utf8'), section))
  }
  if (values.json) {
    const { origin } = results
    process.stdout.write(`${JSON.stringify({ bench: 'default', origin, rows })}\n`)
  } else {
    process.stdout.write(
      `${[...summaryLines(rows), verdictOfSets(rows), verdictOf(rows)].join('\n')}\n`,
    )
  }
  if (rows.some(({ runs }) => isSetWorse(runs))) process.exitCode = 1
}

async function measure(sets: readonly SetBuilder[], known: Results | null): Promise<Results> {
  const preferred = values.backend as BackendChoice
  const backend = await startBackend({ preferred, workersFolder, projectFolder })
  const origin = originOf(backend)
  const runs: Record<string, readonly KeptRun[]> = { ...known?.runs }
  for (const builder of sets) {
    try {
      runs[builder.name] = await measureSet(builder, backend)
      keep({ origin, runs })
    } catch (error) {
      say(`${builder.title} is left out: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
  backend.dispose()
  return { origin, runs }
}

async function measureSet(builder: SetBuilder, backend: Backend): Promise<readonly KeptRun[]> {
  const { title } = builder
  const built = await builder.build((line) => say(`${title}: ${line}`))
  const set = await readImageSet(built.folder)
  const inputs = await readFeatures(title, set, planOf(set, built, 1).plan.options, backend)
  const runs: KeptRun[] = []
  for (let seed = 1; seed <= wholeNumber('--seeds', values.seeds); seed++) {
    runs.push(await measureRun({ set, built, inputs, seed, backend }))
    say(lineOf(title, runs.at(-1)!))
  }
  return runs
}

async function readFeatures(
  title: string,
  set: ImageSet,
  { features, extractor }: Pick<TrainingOptions, 'features' | 'extractor'>,
  backend: Backend,
) {
  const { sha256, files } = set
  let said = 0
  const inputs = await loadFeatures(
    { ids: Uint32Array.from(files.keys()), sha256, files },
    { backend, features, extractor, projectFolder, cacheFolder: setsCache },
    {
      onProgress: (done, total) => {
        if (done < said + 640) return
        said = done
        say(`${title}: features of ${done} of ${total} pictures`)
      },
      interruption: new Interruption(),
    },
  )
  if (inputs === null) throw new Error('Nobody cancels here')
  return inputs
}

function chooseSets(sets: readonly SetBuilder[]): readonly SetBuilder[] {
  return (values.sets?.split(',') ?? sets.map(({ name }) => name)).map((name) => {
    const found = sets.find((set) => set.name === name)
    if (found !== undefined) return found
    throw new Error(`No set "${name}": ${sets.map((set) => set.name).join(', ')}`)
  })
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`${option} ${text} is no positive whole number`)
}

/** After each set, so that what was measured is there whatever comes. */
function keep(results: Results): void {
  if (values.out === undefined) return
  writeFileSync(`${values.out}.tmp`, JSON.stringify(results, null, 1))
  renameSync(`${values.out}.tmp`, values.out)
}

function readResults(): Results | null {
  if (values.out === undefined || !existsSync(values.out)) return null
  return JSON.parse(readFileSync(values.out, 'utf8')) as Results
}

function originOf({ report }: Backend): KeptOrigin {
  const own = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  return {
    command: `npm run bench -- default --seeds ${values.seeds} --markdown docs/quality.md`,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores of ${cpus()[0]?.model ?? ''}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${report.description}`,
    versions: `Semblance ${own.version}, Node ${process.versions.node}, TensorFlow.js ${version_core}`,
  }
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
