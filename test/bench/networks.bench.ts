/**
 * `npm run bench -- networks`: the pretrained networks on image sets that differ. The labels of each
 * set are divided once for all: layers, roots and scales are searched on one half, and what is
 * reported is fitted on that half and measured on the other.
 *
 * --search               searches layers, roots and scales in place of reporting
 * --networks ID,ID       which networks (all)       --sets emoji,icons   which sets (all)
 * --labels 60            labels of a half           --images 40          images of a label
 * --forms features,whitening,analysis   which forms (all); the analysis takes most of the time
 * --layers 3             layers together, at most, in the search
 * --backend auto|tensorflow|wasm|js                 --pictures FOLDER    emoji drawn at 224 px
 * --markdown FILE        writes the section into a document, docs/networks.md
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { layersOf } from '../../src/core/plan/features'
import type { Backend } from '../../src/main/backend/backend'
import { startBackend } from '../../src/main/backend/startBackend'
import { describeExtractors } from '../../src/main/features/extractors'
import type { ExtractorDescription } from '../../src/shared/model/extractor'
import type { BackendChoice } from '../../src/shared/model/training'
import { projectFolder, workersFolder } from './backends'
import { forms } from './networks/closedForms'
import { halvesOf } from './networks/halves'
import { readLayers } from './networks/layerFeatures'
import { reportSection, searchSection, type Setting } from './networks/markdown'
import { measureNetworks, type ReportSet } from './networks/report'
import { searchNetwork } from './networks/search'
import { LayerMeter, type SearchSet } from './networks/searchLayers'
import { withSection } from './sections'
import { listSets } from './sets'
import { readImageSet, type ImageSet, type SetBuilder } from './sets/imageSet'

const { values } = parseArgs({
  options: {
    search: { type: 'boolean', default: false },
    networks: { type: 'string' },
    sets: { type: 'string' },
    labels: { type: 'string', default: '60' },
    images: { type: 'string', default: '40' },
    layers: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'auto' },
    forms: { type: 'string' },
    pictures: { type: 'string' },
    markdown: { type: 'string' },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)
/** Of one set made of another's pictures, the search has enough of one. */
const notSearched = ['categories']

async function main(): Promise<void> {
  const networks = choose(describeExtractors(), ({ id }) => id, values.networks)
  const builders = choose(listSets(values.pictures), ({ name }) => name, values.sets)
  const preferred = values.backend as BackendChoice
  const backend = await startBackend({ preferred, workersFolder, projectFolder })
  const setting = settingOf(backend)
  const section = values.search
    ? searchSection(await search(networks, builders, backend), setting)
    : reportSection(await report(networks, builders, backend), setting)
  backend.dispose()
  process.stdout.write(`${section}\n`)
  if (values.markdown === undefined) return
  const document = readFileSync(values.markdown, 'utf8')
  writeFileSync(values.markdown, withSection(document, section))
}

async function search(
  networks: readonly ExtractorDescription[],
  builders: readonly SetBuilder[],
  backend: Backend,
) {
  const sets: SearchSet[] = []
  for (const builder of builders.filter(({ name }) => !notSearched.includes(name))) {
    const built = await builder.build(say)
    const set = await readLabels(built.folder, halvesOf(built, count('labels')).search)
    const features = await readLayers(set, networks, backend, (line) =>
      say(`${builder.title}: ${line}`),
    )
    sets.push({ title: builder.title, labels: set.labels, features, folds: foldsOf(set.labels) })
  }
  const meter = new LayerMeter(sets, backend.product)
  return networks.map((network) =>
    searchNetwork(network, sets, meter, { most: count('layers'), say }),
  )
}

async function report(
  networks: readonly ExtractorDescription[],
  builders: readonly SetBuilder[],
  backend: Backend,
) {
  const sets: ReportSet[] = []
  for (const builder of builders) {
    const built = await builder.build(say)
    const { search: training, report: tested } = halvesOf(built, count('labels'))
    const set = await readLabels(built.folder, [...training, ...tested])
    const isTested = new Set(tested)
    const isTest = [...set.labels].map((label) => isTested.has(set.labelKeys[label]!))
    const features = await readLayers(
      set,
      networks.map(({ id, layers, defaultLayers }) => {
        return { id, layers: layersOf({ id, layers }, defaultLayers.usual) }
      }),
      backend,
      (line) => say(`${builder.title}: ${line}`),
    )
    sets.push({ title: builder.title, labels: set.labels, isTest, features })
  }
  const measured = choose(forms, (form) => form, values.forms)
  return measureNetworks(networks, sets, measured, backend.product)
}

const readLabels = (folder: string, labels: readonly string[]): Promise<ImageSet> =>
  readImageSet(folder, undefined, labels, count('images'))

/** Two folds by label: fitted on the one, measured on the other. */
function foldsOf(labels: Int32Array): SearchSet['folds'] {
  const rows = [...labels.keys()]
  const parts = [0, 1].map((half) => rows.filter((row) => labels[row]! % 2 === half))
  const [even, odd] = parts as [number[], number[]]
  return [
    { train: even, test: odd },
    { train: odd, test: even },
  ]
}

function count(name: 'labels' | 'images' | 'layers'): number {
  const number = Number(values[name])
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`--${name} ${values[name]} is no positive whole number`)
}

function choose<One>(
  all: readonly One[],
  nameOf: (one: One) => string,
  wanted: string | undefined,
): readonly One[] {
  return (wanted?.split(',') ?? all.map(nameOf)).map((name) => {
    const found = all.find((one) => nameOf(one) === name)
    if (found !== undefined) return found
    throw new Error(`There is no "${name}": ${all.map(nameOf).join(', ')}`)
  })
}

function settingOf({ report: { description } }: Backend): Setting {
  const own = JSON.parse(readFileSync(`${projectFolder}/package.json`, 'utf8')) as {
    version: string
  }
  const chosen = process.argv.slice(2).filter((word, i, all) => {
    return word !== '--pictures' && all[i - 1] !== '--pictures'
  })
  return {
    command: ['npm run bench -- networks', ...chosen].join(' '),
    date: new Date().toISOString().slice(0, 10),
    versions: `Semblance ${own.version}, Node ${process.versions.node}; ${description}`,
  }
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
})
