import { extname, resolve } from 'node:path'
import { stat } from 'node:fs/promises'
import {
  defaultExportSettings,
  exactDigits,
  type ExportColumn,
  exportColumnNames,
  type ExportNote,
  type ExportSettings,
  type FormatSetting,
} from '../../shared/model/embeddingExport'
import { embeddingFormats } from '../exporting/formats'
import type { CommandOption } from './command'
import { type ParsedCommand, UsageError } from './parse'
import { count, countOf } from './session'

const formats = () => embeddingFormats.entries
const extensions = () =>
  formats().flatMap(({ extension }) => (extension === null ? [] : [extension]))

/** How a command that writes embeddings is told what to write. */
export const exportOptions = (): readonly CommandOption[] => [
  {
    name: 'out',
    kind: 'text',
    value: 'FILE',
    meaning: `What to write; its end names the format: ${extensions()
      .map((extension) => `.${extension}`)
      .join(', ')}.`,
    isRequired: true,
  },
  {
    name: 'format',
    kind: 'text',
    value: 'NAME',
    choices: formats().map(({ name }) => name),
    meaning: `The format, where the name of the file does not end so. projector writes a folder.`,
  },
  {
    name: 'columns',
    kind: 'text',
    value: 'LIST',
    meaning: `What to say of each image, parted by commas: ${exportColumnNames.join(', ')}; none for the numbers alone. By default ${defaultExportSettings.columns.join(',')}.`,
  },
  {
    name: 'digits',
    kind: 'integer',
    value: 'N',
    minimum: 1,
    maximum: exactDigits,
    meaning: `Significant digits of numbers as text; ${exactDigits}, the default, say each float32 exactly.`,
  },
  {
    name: 'layout',
    kind: 'text',
    value: 'NAME',
    choices: ['list', 'columns'],
    meaning: 'In Parquet: one column with a list of numbers (default), or one column a number.',
  },
  {
    name: 'no-formula-guards',
    kind: 'flag',
    meaning:
      'Writes text in CSV files as it is, also where a spreadsheet would run it as a formula.',
  },
]

export interface ExportTarget {
  readonly file: string
  readonly format: string
  readonly settings: Partial<ExportSettings>
}

/** @throws UsageError for what does not go together */
export async function exportTarget(parsed: ParsedCommand): Promise<ExportTarget> {
  const file = resolve(parsed.texts.get('out')!)
  const format = formatOf(file, parsed.texts.get('format'))
  const { extension, settings: known } = embeddingFormats.get(format)
  if (extension !== null && (await stat(file).catch(() => null))?.isDirectory() === true) {
    throw new UsageError(
      `--out ${file} is a folder. Give a file name, for instance ${resolve(file, `embeddings.${extension}`)}.`,
    )
  }
  const given: Readonly<Record<FormatSetting, string | null>> = {
    digits: parsed.numbers.has('digits') ? '--digits' : null,
    layout: parsed.texts.has('layout') ? '--layout' : null,
    formulaGuards: parsed.flags.has('no-formula-guards') ? '--no-formula-guards' : null,
  }
  for (const [setting, flag] of Object.entries(given) as [FormatSetting, string | null][]) {
    if (flag === null || known.includes(setting)) continue
    throw new UsageError(`${flag} means nothing for the format ${format}. Leave it out.`)
  }
  return {
    ...{ file, format },
    settings: {
      ...columnsOf(parsed.texts.get('columns')),
      digits: parsed.numbers.get('digits') ?? defaultExportSettings.digits,
      layout: (parsed.texts.get('layout') ??
        defaultExportSettings.layout) as ExportSettings['layout'],
      formulaGuards: given.formulaGuards === null,
    },
  }
}

function formatOf(file: string, named: string | undefined): string {
  if (named !== undefined) return named
  const end = extname(file).slice(1).toLowerCase()
  const found = formats().find(({ extension }) => extension === end)
  if (found !== undefined) return found.name
  throw new UsageError(
    `The name ${file} does not say which format to write. End it with ${extensions()
      .map((extension) => `.${extension}`)
      .join(', ')}, or name one: --format ${embeddingFormats.names.join('|')}.`,
  )
}

function columnsOf(list: string | undefined): Partial<Pick<ExportSettings, 'columns'>> {
  if (list === undefined) return {}
  if (list === 'none') return { columns: [] }
  const columns = list.split(',').map((name) => name.trim())
  for (const [at, name] of columns.entries()) {
    if (!(exportColumnNames as readonly string[]).includes(name)) {
      throw new UsageError(
        `--columns knows no "${name}". Choose among: ${exportColumnNames.join(', ')}; or none.`,
      )
    }
    if (columns.indexOf(name) !== at) throw new UsageError(`--columns names "${name}" twice.`)
  }
  return { columns: columns as readonly ExportColumn[] }
}

/** What of an export is not as one would expect, for a person. */
export function exportNoteText(note: ExportNote): string {
  switch (note.kind) {
    case 'noPictures':
      return 'There is no sheet of thumbnails: the embeddings came without pictures.'
    case 'spriteTooLarge':
      return `There is no sheet of thumbnails: it holds at most ${count(note.most)} pictures.`
    case 'thumbnailsMissing':
      return `${countOf(note.count, 'picture')} could not be read and ${note.count === 1 ? 'is' : 'are'} grey in the sheet of thumbnails.`
    case 'textFlattened':
      return `Tabs and line breaks of ${countOf(note.count, 'text')} became spaces: this format has no way to write them.`
  }
}
