/**
 * `npm run bench -- scale [--small 7000] [--large 70000] [--source FOLDER] [--cold] [--json]`: the
 * one click, headless, on Fashion-MNIST written out as PNG in ten folders, stage by stage: seconds
 * of the clock and of the processor, and the peak of resident memory, of the program and all that it
 * starts. Ratios of the time per image are of processor time, which other programs on the machine disturb less.
 *
 * The pictures come from the IDX files of Debian's `dataset-fashion-mnist`. They and the features
 * stay in the user's cache, so that later stages can be measured again; `--cold` computes anew.
 */
import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectFolder } from './backends'
import { memoryMiB, processorSeconds } from './processTree'
import { drawPictures, scaleCache as cache } from './scaleSet'
import { fashionSource } from './sets/fashion'

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '7000' },
    large: { type: 'string', default: '70000' },
    source: { type: 'string', default: `/${fashionSource}` },
    cold: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
interface Stage {
  readonly name: string
  readonly seconds: number
  readonly processorSeconds: number
  readonly peakMiB: number
}

/** Trains as `npm start -- train` does, and notes when each stage begins. */
async function run(count: number): Promise<readonly Stage[]> {
  const folder = await drawPictures(count, values.source)
  const ownCache = join(cache, `cache-${count}`)
  if (values.cold) await rm(ownCache, { recursive: true, force: true })
  const cli = join(projectFolder, 'out', 'main', 'cli.js')
  const out = join(cache, `results-${count}`)
  const child = spawn(process.execPath, [cli, 'train', folder, '--out', out], {
    env: { ...process.env, XDG_CACHE_HOME: ownCache },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const begun: { name: string; at: number; processor: number; peakMiB: number }[] = []
  const pid = child.pid!
  let processor = 0
  const poll = setInterval(() => {
    processor = Math.max(processor, processorSeconds(pid))
    const stage = begun.at(-1)
    if (stage !== undefined) stage.peakMiB = Math.max(stage.peakMiB, memoryMiB(pid))
  }, 1000)
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      process.stderr.write(`${count}: ${line}\n`)
      const name = /^([A-Z][a-z ]+)(?::|$)/.exec(line)?.[1]
      if (name === undefined || name === begun.at(-1)?.name) continue
      processor = Math.max(processor, processorSeconds(pid))
      begun.push({ name, at: performance.now(), processor, peakMiB: memoryMiB(pid) })
    }
  })
  const status = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(poll)
  if (status !== 0) throw new Error(`training on ${count} pictures ended with ${String(status)}`)
  const end = { at: performance.now(), processor }
  return begun.map((stage, i) => {
    const next = begun[i + 1] ?? end
    return {
      name: stage.name,
      seconds: (next.at - stage.at) / 1000,
      processorSeconds: next.processor - stage.processor,
      peakMiB: stage.peakMiB,
    }
  })
}

const sumOf = (stages: readonly Stage[], key: 'seconds' | 'processorSeconds') =>
  stages.reduce((sum, stage) => sum + stage[key], 0)

async function main(): Promise<void> {
  const [small, large] = [Number(values.small), Number(values.large)]
  const runs = { small: await run(small), large: await run(large) }
  const perImage = (stages: readonly Stage[], count: number) =>
    (1000 * sumOf(stages, 'processorSeconds')) / count
  const result = {
    name: 'scale',
    machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version },
    images: { small, large },
    stages: runs,
    seconds: { small: sumOf(runs.small, 'seconds'), large: sumOf(runs.large, 'seconds') },
    processorMsPerImage: {
      small: perImage(runs.small, small),
      large: perImage(runs.large, large),
    },
    timesPerImage: perImage(runs.large, large) / perImage(runs.small, small),
    peakMiB: Math.max(...runs.large.map(({ peakMiB }) => peakMiB)),
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`)
    return
  }
  console.table(runs.small)
  console.table(runs.large)
  const { timesPerImage, peakMiB } = result
  console.table({ timesPerImage, peakMiB, seconds: result.seconds.large })
}

void main()
