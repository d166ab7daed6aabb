import { format, resolveConfig } from 'prettier'
import { commandOptions, type RegistryNames } from '../../src/main/cli/trainingOptions'
import type { Bilingual } from '../../src/shared/model/bilingual'
import type { OptionRow, OptionTable } from '../../src/shared/model/options/row'
import { mapTable } from '../../src/shared/model/options/mapOptions'
import { type OptionGroup, optionTable } from '../../src/shared/model/options/table'
import type { Locale } from '../../src/shared/model/settings'

/** A text in a cell of a table, where a bar would end it. */
const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${cell(text)}\``

const noNames: RegistryNames = {
  losses: [],
  miners: [],
  distances: [],
  reducers: [],
  regularizers: [],
  samplers: [],
  extractors: [],
}

/** Each flag of a row as a person types it. */
const flagsOf = (row: OptionRow): readonly string[] =>
  commandOptions({ row: { ...row, parts: [] } }, noNames).map((option) => {
    if (option.kind === 'flag') return `--${option.name}`
    const name = row.kind === 'choice' ? Object.keys(row.choices).join('|') : 'NAME'
    return `--${option.name} ${[option.value ?? name, ...(option.words ?? [])].join('|')}`
  })

function meaningOf({ help, usual }: Pick<OptionRow, 'help' | 'usual'>, locale: Locale): string {
  if (usual === undefined) return help[locale]
  return locale === 'en'
    ? `${help.en} By itself: ${usual.en}.`
    : `${help[locale]}默认：${usual[locale]}。`
}

const headings: Readonly<Record<Locale, readonly [string, string]>> = {
  en: ['option', 'sets'],
  'zh-CN': ['选项', '作用'],
}

/** Options of `train`: of the training, then of the map. */
const trainTable: OptionTable = {
  ...optionTable,
  ...Object.fromEntries(Object.entries(mapTable).map(([name, row]) => [`map ${name}`, row])),
}

/** The options of a table that the command line has, with what each sets. */
export function flagTable(locale: Locale, table: OptionTable = trainTable): string {
  const line = (flags: readonly string[], meaning: string) =>
    `| ${flags.map(code).join(locale === 'en' ? ', ' : '、')} | ${cell(meaning)} |`
  const rows = Object.values(table).flatMap((row) => [
    ...(row.flag === undefined ? [] : [line(flagsOf(row), meaningOf(row, locale))]),
    ...(row.parts ?? []).map(({ flag, value, help }) => line([`--${flag} ${value}`], help[locale])),
  ])
  return [`| ${headings[locale].join(' | ')} |`, '| --- | --- |', ...rows].join('\n')
}

const begin = '<!-- Written by `npm run docs` from the table of options -->'
const end = '<!-- End of the options -->'

/**
 * A page with the table of options between its two marks, formatted as the repository is.
 * @throws where the page lacks the marks
 */
export async function withFlagTable(page: string, locale: Locale): Promise<string> {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined)
    throw new Error(`A page lacks ${begin} or ${end}`)
  const text = [before + begin, flagTable(locale), end + after].join('\n\n')
  const file = 'README.md'
  return format(text, { ...(await resolveConfig(file)), filepath: file })
}

function defaultOf(row: OptionRow): string {
  const { default: value, usual } = row
  if (value === undefined) return usual?.en ?? 'the plan decides'
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return usual === undefined ? text : `${text}: ${usual.en}`
}

function rangeOf(row: OptionRow): string {
  const title = (of: Bilingual) => of.en
  switch (row.kind) {
    case 'number':
    case 'integer': {
      const range = `${row.kind === 'integer' ? 'whole, ' : ''}${row.minimum} to ${row.maximum}`
      const words = [row.word, row.on === undefined ? undefined : 'null: none']
      return [range, ...words.filter((word) => word !== undefined)].join('; ')
    }
    case 'choice':
      return Object.entries(row.choices)
        .map(([name, text]) => `${name}: ${title(text)}`)
        .join('; ')
    case 'switch':
      return 'true, false'
    case 'name':
      return `a name of the ${row.registry}`
    case 'component':
      return `one of the ${row.registry}, with its options`
    case 'losses':
      return 'losses with their options and weights'
    case 'layers':
      return 'layers with + between'
    case 'part':
      return row.value.replaceAll('|', ', ')
    case 'labels':
      return 'names of labels'
    case 'id':
      return 'a pretrained network'
  }
}

/** A group of options with everything the table says of each. */
export function describeGroup({ title, rows }: OptionGroup): string {
  const lines = Object.entries(rows).map(([name, row]) => {
    const flags = flagsOf(row).map(code).join(', ')
    const cells = [code(name), flags, defaultOf(row), rangeOf(row), row.help.en]
    return `| ${cells.map((text, i) => (i < 2 ? text : cell(text))).join(' | ')} |`
  })
  return [
    `### ${title.en}`,
    '',
    '| option | command line | by itself | values | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n')
}
