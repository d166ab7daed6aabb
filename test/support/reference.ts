import { format, resolveConfig } from 'prettier'
import { distances } from '../../src/core/distances'
import { metrics } from '../../src/core/evaluation/metrics'
import { type Loss, losses } from '../../src/core/losses'
import { minersFor } from '../../src/core/objective/compatibility'
import { miners } from '../../src/core/miners'
import { reducers } from '../../src/core/reducers'
import { regularizers } from '../../src/core/regularizers'
import { samplers } from '../../src/core/samplers'
import type {
  ComponentDescription,
  OptionDescription,
  OptionUnit,
} from '../../src/shared/model/training'
import { mapGroup } from '../../src/shared/model/options/mapOptions'
import { optionGroups } from '../../src/shared/model/options/table'
import { describeGroup } from './optionDocs'

const unitTexts: Readonly<Record<OptionUnit, string>> = {
  distance: 'in the distance or similarity of the run',
  cosine: 'a cosine',
  degrees: 'degrees',
}

function describeOption({ name, meaning, ...option }: OptionDescription): string {
  const range =
    option.choices?.join(', ') ??
    (option.kind === 'boolean' ? 'true, false' : `${option.minimum} to ${option.maximum}`)
  const unit = option.unit === undefined ? '' : ` (${unitTexts[option.unit]})`
  return `| \`${name}\` | ${String(option.default)} | ${range} | ${meaning.en}${unit} |`
}

function describe(entry: ComponentDescription, facts: readonly string[]): string {
  const lines = [`### ${entry.name}`, '', `**${entry.title.en}.** ${entry.description.en}`, '']
  // A fence, not dollars: between these Markdown takes its own escapes out of a formula.
  if (entry.formula !== '') lines.push('```math', entry.formula, '```', '')
  lines.push(...facts.map((fact) => `- ${fact}`), `- Source: ${entry.source}`, '')
  if (entry.options.length > 0) {
    lines.push('| option | default | values | meaning |', '| --- | --- | --- | --- |')
    lines.push(...entry.options.map(describeOption), '')
  }
  return lines.join('\n')
}

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

/** Triplets are measured with it: in `triplets.csv`, under the ruler and by the warnings. */
function marginFact(loss: Loss): string[] {
  // What a memory wraps decides that.
  if (loss.wraps !== null) return ['Margin of a triplet: that of the loss inside']
  const margin = loss.distanceMargin({})
  return [
    margin === null
      ? 'Margin of a triplet: none'
      : `Margin of a triplet: ${margin} with the defaults, in the distance or similarity of the run`,
  ]
}

/** docs/reference.md, from the registries and formatted as the repository is. */
export async function referenceText(): Promise<string> {
  const file = 'docs/reference.md'
  return format(describeAll(), { ...(await resolveConfig(file)), filepath: file })
}

const describeAll = () =>
  [
    '# Reference of the learning core',
    '',
    'Written by `npm run docs` from the table of options and the registries; do not edit. A loss is a distance, per-element values and a reducer; a miner chooses the tuples; a sampler chooses the batch.',
    '',
    '## Options of a training',
    '',
    'Under these names a run file has them, and `trainingRequest`; the command line takes them as flags. What is absent, the plan decides.',
    '',
    ...[...optionGroups, mapGroup].map(describeGroup),
    '## Losses',
    '',
    ...losses.entries.map((loss) =>
      describe(loss, [
        `Distance: \`${loss.distance}\`; works with ${list(loss.distances)}`,
        `Reducer: ${loss.reducer === null ? 'part of the formula' : `\`${loss.reducer}\``}`,
        loss.takesMiner
          ? `Miners that suit it: ${loss.madeFor === null ? 'all' : list(minersFor(loss) ?? [])}`
          : 'Takes no miner',
        ...marginFact(loss),
      ]),
    ),
    '## Miners',
    '',
    ...miners.entries.map((miner) =>
      describe(miner, miner.distance === null ? [] : [`Distance: \`${miner.distance}\``]),
    ),
    '## Distances',
    '',
    ...distances.entries.map((distance) =>
      describe(distance, [distance.isSimilarity ? 'Larger is closer' : 'Smaller is closer']),
    ),
    '## Reducers',
    '',
    ...reducers.entries.map((reducer) => describe(reducer, [])),
    '## Regularizers',
    '',
    ...regularizers.entries.map((regularizer) => describe(regularizer, [])),
    '## Samplers',
    '',
    ...samplers.entries.map((sampler) => describe(sampler, [])),
    '## Metrics',
    '',
    `By name: ${list(metrics.names)}. Queries are all images of classes with two or more; the query itself is left out.`,
    '',
  ].join('\n')
