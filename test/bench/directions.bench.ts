/**
 * `npm run bench -- directions`: how many directions a closed form should keep, and which. A part of
 * the training labels is held out, the forms are fitted on the others. Of the emoji with their own
 * split only the training labels take part.
 *
 * --sets emoji,icons   which sets (all)     --draws 2     how often labels are drawn
 * --share .25          of the labels held out            --labels 60,300   at most so many trained on
 * --sizes 512,1024     of the principal directions       --backend auto|tensorflow|wasm|js
 */
import { parseArgs } from 'node:util'
import { chooseHeldOutLabels } from '../../src/core/evaluation/heldOutLabels'
import { evaluateRetrieval } from '../../src/core/evaluation/retrieval'
import { gather } from '../../src/core/inputSource'
import { Interruption } from '../../src/core/interruption'
import type { Matrix } from '../../src/core/math/matrix'
import { createRandom } from '../../src/core/math/random'
import { fitDiscriminant } from '../../src/core/starts/discriminantStart'
import { applyPreparation } from '../../src/core/starts/preparation'
import { startBackend } from '../../src/main/backend/startBackend'
import { loadFeatures } from '../../src/main/features/loadFeatures'
import type { BackendChoice } from '../../src/shared/model/training'
import { projectFolder, workersFolder } from './backends'
import { planOf } from './kept/measureRun'
import { listSets } from './sets'
import { type ImageSet, readImageSet, setsCache } from './sets/imageSet'

const { values } = parseArgs({
  options: {
    sets: { type: 'string' },
    draws: { type: 'string', default: '2' },
    share: { type: 'string', default: '.25' },
    labels: { type: 'string', default: '100000' },
    sizes: { type: 'string', default: '512,1024' },
    backend: { type: 'string', default: 'auto' },
    pictures: { type: 'string' },
  },
})
const numbers = (text: string) => text.split(',').map(Number)

async function main(): Promise<void> {
  const preferred = values.backend as BackendChoice
  const backend = await startBackend({ preferred, workersFolder, projectFolder })
  const { product } = backend
  for (const builder of listSets(values.pictures)) {
    if (values.sets !== undefined && !values.sets.split(',').includes(builder.name)) continue
    const built = await builder.build((line) => void process.stderr.write(`${line}\n`))
    const set = await readImageSet(built.folder)
    const { features, extractor } = planOf(set, built, 1).plan.options
    const loaded = await loadFeatures(
      { ids: Uint32Array.from(set.files.keys()), ...set },
      {
        ...{ backend, features, projectFolder, cacheFolder: setsCache },
        ...(extractor === undefined ? {} : { extractor }),
      },
      { onProgress: () => {}, interruption: new Interruption() },
    )
    if (loaded === null) throw new Error('Nobody cancels here')
    const unseen = new Set(built.unseenLabels)
    for (const most of numbers(values.labels)) {
      for (let draw = 1; draw <= Number(values.draws); draw++) {
        const { kept, heldOut } = divide(set, unseen, draw, most)
        const labels = Int32Array.from(kept, (row) => set.labels[row]!)
        const asked = gather(loaded.source, heldOut)
        const askedLabels = Int32Array.from(heldOut, (row) => set.labels[row]!)
        const d = asked.columns
        const score = (embeddings: Matrix) => {
          const options = { distance: 'cosine', product } as const
          const { mapAtR, precisionAt1 } = evaluateRetrieval(embeddings, askedLabels, options)
          return `${mapAtR!.toFixed(4)} / ${precisionAt1!.toFixed(3)}`
        }
        const say = (what: string, text: string) =>
          void process.stdout.write(
            `${builder.name} draw ${draw}: ${new Set(labels).size} labels, ${kept.length} images | ${what} | ${text}\n`,
          )
        say('features', score(asked))
        const fit = (form: 'whitening' | 'analysis', size: number) => {
          const started = performance.now()
          const preparation = fitDiscriminant({
            read: (from, to) => gather(loaded.source, kept.subarray(from, to)),
            ...{ dimension: d, labels, size, form, product },
            random: createRandom(draw),
          })
          const seconds = (performance.now() - started) / 1000
          const embeddings = applyPreparation(preparation, asked, product)
          say(`${form} ${size}`, `${score(embeddings)} in ${seconds.toFixed(1)} s`)
        }
        for (const size of [...numbers(values.sizes), d]) {
          if (size <= d) fit('whitening', size)
        }
        for (const size of new Set([256, 512, d])) fit('analysis', size)
      }
    }
  }
  backend.dispose()
}

function divide(set: ImageSet, unseen: ReadonlySet<string>, seed: number, most: number) {
  const sizes = new Uint32Array(set.labelKeys.length)
  for (const label of set.labels) sizes[label]!++
  const isEligible = (label: number) => sizes[label]! >= 2 && !unseen.has(set.labelKeys[label]!)
  const draw = { keys: set.labelKeys, seed, isEligible }
  const isHeldOut = chooseHeldOutLabels({
    ...draw,
    purpose: 'held out',
    share: Number(values.share),
  })
  const rest = {
    ...draw,
    isEligible: (label: number) => isEligible(label) && isHeldOut[label] === 0,
  }
  const count = set.labelKeys.filter((_, label) => rest.isEligible(label)).length
  const isKept =
    count <= most
      ? Uint8Array.from(set.labelKeys, (_, label) => (rest.isEligible(label) ? 1 : 0))
      : chooseHeldOutLabels({ ...rest, purpose: 'trained', share: most / count })
  const rowsOf = (wanted: Uint8Array) =>
    Uint32Array.from(set.labels.keys()).filter((row) => wanted[set.labels[row]!] === 1)
  return { kept: rowsOf(isKept), heldOut: rowsOf(isHeldOut) }
}

void main()
