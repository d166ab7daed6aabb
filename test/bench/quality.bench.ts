/**
 * `npm run bench -- quality`: what each loss learns, as retrieval on emoji classes never seen in
 * training, beside baselines and the figures of another library.
 *
 * --losses a,b+miner   which losses (all)       --networks small,head,start   on what (all)
 * --seeds 3            how often                --backend auto|tensorflow|wasm|js
 * --jobs 1             processes side by side   --inputs FILE   numbers prepared before
 * --prepare FILE       only prepare them        --pictures FOLDER   emoji already drawn at 224 px
 * --out FILE.json      results; runs that are in it are not run again
 * --markdown FILE      writes the tables of docs/quality.md
 * --report             runs nothing, reports what --out holds
 * --json               prints one object
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { version_core } from '@tensorflow/tfjs-core'
import * as v from 'valibot'
import type { BackendChoice } from '../../src/shared/model/training'
import { projectFolder } from './backends'
import { keptHeading } from './kept/markdown'
import {
  chooseContenders,
  keyOf,
  listTasks,
  type NetworkName,
  networkNames,
} from './quality/contenders'
import { cachedInputs, prepareInputs, readInputs } from './quality/inputs'
import { markdownOf, type Origin } from './quality/markdown'
import { runTasks, workerArgument, workForParent } from './quality/processes'
import { summarize, tablesOf } from './quality/report'
import { sectionOf, withSection } from './sections'

const results = v.array(
  v.object({
    network: v.picklist(['baseline', ...networkNames]),
    name: v.string(),
    seed: v.number(),
    scores: v.nullable(v.object({ mapAtR: v.number(), precisionAt1: v.number() })),
    reason: v.nullable(v.string()),
    seconds: v.number(),
    backend: v.string(),
  }),
)
const resultFile = v.object({ origin: v.record(v.string(), v.string()), results })

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      losses: { type: 'string' },
      networks: { type: 'string', default: networkNames.join() },
      seeds: { type: 'string', default: '3' },
      backend: { type: 'string', default: 'auto' },
      jobs: { type: 'string', default: '1' },
      inputs: { type: 'string', default: cachedInputs },
      prepare: { type: 'string' },
      pictures: { type: 'string' },
      out: { type: 'string' },
      markdown: { type: 'string' },
      report: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const backend = values.backend as BackendChoice
  const { pictures, out } = values
  if (values.prepare !== undefined) {
    return prepareInputs({ file: values.prepare, pictures, backend, say })
  }
  const known = out === undefined || !existsSync(out) ? null : readResults(out)
  const done = new Map((known?.results ?? []).map((result) => [keyOf(result), result]))
  let origin: Origin | null = (known?.origin as Origin | undefined) ?? null
  if (!values.report) {
    const tasks = listTasks({
      networks: chooseNetworks(values.networks),
      contenders: chooseContenders(values.losses),
      seeds: wholeNumber('--seeds', values.seeds),
    }).filter((task) => (done.get(keyOf(task))?.scores ?? null) === null)
    if (!existsSync(values.inputs)) {
      await prepareInputs({ file: values.inputs, pictures, backend, say })
    }
    const { losses, networks, seeds, jobs } = values
    origin = originOf(values.inputs, { losses, networks, seeds, backend, jobs })
    await runTasks({
      tasks,
      jobs: wholeNumber('--jobs', values.jobs),
      inputs: values.inputs,
      backend,
      onResult(result) {
        done.set(keyOf(result), result)
        const { scores, reason, seconds } = result
        const outcome = scores === null ? `failed: ${reason}` : scores.mapAtR.toFixed(4)
        say(`${keyOf(result)}: ${outcome} (${seconds.toFixed(1)} s)`)
        if (out !== undefined) writeWhole(out, { origin, results: [...done.values()] })
      },
    })
  }
  const all = [...done.values()]
  if (origin === null) throw new Error('There is nothing to report: name results with --out')
  if (values.markdown !== undefined) writeTables(values.markdown, markdownOf(all, origin))
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ bench: 'quality', origin, rows: summarize(all), results: all })}\n`,
    )
  } else {
    for (const { title, lines } of tablesOf(all)) {
      process.stdout.write(`\n${title}\n${lines.join('\n')}\n`)
    }
  }
}

function chooseNetworks(names: string): NetworkName[] {
  return names.split(',').map((name) => {
    const found = networkNames.find((known) => known === name)
    if (found === undefined) throw new Error(`No network "${name}": ${networkNames.join(', ')}`)
    return found
  })
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`${option} ${text} is no positive whole number`)
}

function readResults(file: string) {
  const parsed = v.safeParse(resultFile, JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.output
  throw new Error(`${file} holds no results of this benchmark`)
}

/** What other benchmarks wrote into the document stays. */
function writeTables(file: string, document: string): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const others = [keptHeading, 'Where proxies begin', 'How batches are drawn']
  const whole = others
    .flatMap((heading) => sectionOf(before, heading) ?? [])
    .reduce((text, section) => withSection(text, section), document)
  writeFileSync(file, whole)
}

function writeWhole(file: string, content: object): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(content, null, 1))
  renameSync(`${file}.tmp`, file)
}

function originOf(inputs: string, options: Readonly<Record<string, string | undefined>>): Origin {
  const given = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${value}`)
  const own = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const { extractor } = readInputs(inputs)
  return {
    command: `npm run bench -- quality ${given.join(' ')}`,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: `Semblance ${own.version}, Node ${process.versions.node}, TensorFlow.js ${version_core}`,
    inputs: `emoji of @iconify-json at 64 px; frozen features ${extractor}, kept in half precision`,
  }
}

const [first, settings = ''] = process.argv.slice(2)
const running = first === workerArgument ? workForParent(JSON.parse(settings) as never) : main()
running.catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
