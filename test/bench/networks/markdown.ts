import { layersOf, dimensionOf } from '../../../src/core/plan/features'
import { shortShare as short, tableLines } from '../table'
import { forms, type Form } from './closedForms'
import type { NetworkReport } from './report'
import type { NetworkSearch } from './search'
import { nameOf } from './searchLayers'

/** How a section came about. */
export interface Setting {
  readonly command: string
  readonly date: string
  readonly versions: string
}

const written = ({ command, date, versions }: Setting) =>
  `Written by \`${command}\` on ${date} (${versions}); do not edit.`

const formNames: Readonly<Record<Form, string>> = {
  features: 'features',
  whitening: 'whitened',
  analysis: 'analysis',
}
/** Of each length, as many as a table needs. */
const mostShown = 4

export function searchSection(found: readonly NetworkSearch[], setting: Setting): string {
  return [
    '## Which layers',
    '',
    'MAP@R of features that are whitened on half of the labels to search on and measured on the other half, and the other way round; the mean over sets decides. All sets of at most three of the layers that are offered were measured; the best of each length are shown. None of these labels is in the table of quality.',
    '',
    written(setting),
    '',
    ...found.flatMap((one) => [...searchTable(one), '']),
    'Spread of each layer as it is scaled (the root of the sum of variances), which is to be about the same for all:',
    '',
    ...found.flatMap((one) => [...spreadTable(one), '']),
  ].join('\n')
}

function searchTable({ network, sets, candidates, present, plain }: NetworkSearch): string[] {
  const shown = candidates.filter(({ layers }, i) => {
    return i - candidates.findIndex((one) => one.layers.length === layers.length) < mostShown
  })
  const row = (name: string, { mean, mapAtR }: NetworkSearch['present']) => [
    name,
    short(mean),
    ...mapAtR.map(short),
  ]
  return tableLines([
    [network.title.en, 'mean', ...sets],
    ...shown.map((one) => row(nameOf(one), one)),
    row(`the program's: ${nameOf(present)}`, present),
    row(`the same without roots`, plain),
  ])
}

const spreadTable = ({ network, sets, spreads }: NetworkSearch): string[] =>
  tableLines([
    [network.title.en, 'scale', ...sets],
    ...spreads.map(({ layer, spreads: of }, i) => [
      layer,
      `${network.layers[i]!.rootScale ?? 'none'}`,
      ...of.map((spread) => spread.toFixed(1)),
    ]),
  ])

export function reportSection(found: readonly NetworkReport[], setting: Setting): string {
  const [first] = found
  if (first === undefined) throw new Error('There is nothing to report')
  return [
    '## Quality',
    '',
    'MAP@R / P@1 on labels that neither the closed form nor the choice of layers saw; whitened and analysis are fitted on the labels that the search had.',
    '',
    written(setting),
    '',
    ...tableLines([
      [
        ...['network', 'layers', 'numbers', 'form'],
        ...first.sets.map(({ title, trained, tested }) => `${title}, ${trained} / ${tested}`),
      ],
      ...found.flatMap(({ network, sets }) => {
        const layers = layersOf(network, network.defaultLayers.usual)
        const measured = forms.filter((form) => sets.every((set) => set[form] !== undefined))
        return measured.map((form, i) => [
          ...(i === 0
            ? [network.title.en, network.defaultLayers.usual, `${dimensionOf(layers)}`]
            : ['', '', '']),
          formNames[form],
          ...sets.map((set) => `${short(set[form]!.mapAtR)} / ${short(set[form]!.precisionAt1)}`),
        ])
      }),
    ]),
    '',
    'Behind the name of a set: labels fitted on / labels measured on.',
    '',
  ].join('\n')
}
