/**
 * `npm run bench -- default [--seeds 3] [--backend auto] [--pictures FOLDER] [--json]`: what one
 * click learns, as retrieval on the emoji classes that the benchmark `quality` keeps unseen. The
 * plan, the start, the search for the epoch and the training are the program's own.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom } from '../../src/core/math/random'
import { Interruption } from '../../src/core/training/interruption'
import { planTraining, workSpeeds } from '../../src/core/training/plan'
import { splitPart } from '../../src/core/training/split'
import type { BackendChoice } from '../../src/main/backend/backend'
import { startBackend } from '../../src/main/backend/startBackend'
import { loadFeatures } from '../../src/main/training/inputs'
import { StageReport } from '../../src/main/training/stageReport'
import { divideRows, measureModel, trainModel } from '../../src/main/training/trainModel'
import type { RetrievalMetrics } from '../../src/shared/model/training'
import { projectFolder, workersFolder } from './backends'
import { cachedInputs, drawEmoji } from './quality/inputs'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'auto' },
    pictures: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)

async function main(): Promise<void> {
  const { files, trainingClasses, imagesOfEach } = await drawEmoji({
    pictures: values.pictures,
    say,
  })
  const preferred = values.backend as BackendChoice
  const backend = await startBackend({ preferred, workersFolder, projectFolder })
  const labels = Int32Array.from(files, (_, i) => Math.floor(i / imagesOfEach))
  const isTraining = (label: number) => label < trainingClasses
  const split = Uint8Array.from(labels, (label) =>
    isTraining(label) ? splitPart.train : splitPart.test,
  )
  // Planned from the training classes, as the program plans without knowing the unseen ones.
  const optionsOf = (seed: number) =>
    planTraining({
      labels: labels.filter(isTraining),
      request: { split: 'none', seed },
      featuresCached: () => 0,
      speed: workSpeeds.tensorflow,
    }).plan.options
  const sha256 = files.map(({ original }) =>
    createHash('sha256').update(readFileSync(original)).digest('hex'),
  )
  const { features } = optionsOf(1)
  let said = 0
  const inputs = await loadFeatures(
    { ids: Uint32Array.from(files.keys()), sha256, files },
    { backend, features, projectFolder, cacheFolder: dirname(cachedInputs) },
    {
      onProgress: (done, total) => {
        if (done < said + 640) return
        said = done
        say(`features of ${done} of ${total} pictures`)
      },
      isCancelled: () => false,
      whilePaused: async () => {},
    },
  )
  const rows = []
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const started = performance.now()
    const options = optionsOf(seed)
    const data = divideRows(inputs!, labels, split, { split: 'byClass' })
    const context = {
      options,
      backend,
      interruption: new Interruption(),
      random: createRandom(seed),
      report: new StageReport(() => {}),
    }
    const trained = (await trainModel(context, data))!
    const after = await measureModel(trained.saved, data, context)
    rows.push({
      seed,
      features,
      loss: options.loss.name,
      before: share(trained.before),
      closedForm: share(trained.closedForm!),
      after: share(after),
      interval: `${after.mapAtRLow?.toFixed(3)} to ${after.mapAtRHigh?.toFixed(3)}`,
      epoch: trained.ended.bestEpoch,
      seconds: Math.round((performance.now() - started) / 1000),
    })
    say(JSON.stringify(rows.at(-1)))
  }
  backend.dispose()
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ backend: backend.report.description, rows })}\n`)
  } else console.table(rows)
}

const share = ({ mapAtR, precisionAt1 }: RetrievalMetrics): string =>
  `${mapAtR.toFixed(3)} / ${precisionAt1.toFixed(3)}`

void main()
