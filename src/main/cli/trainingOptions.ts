import type { ExtractorDescription } from '../../shared/model/extractor'
import type { OptionRow, OptionTable, RegistryName } from '../../shared/model/options/row'
import { isOptional } from '../../shared/model/options/row'
import type { CommandOption } from './command'

/** Names of each registry, so that a new loss is a choice at once. */
export type RegistryNames = Readonly<Record<RegistryName, readonly string[]>> & {
  readonly extractors: readonly Pick<ExtractorDescription, 'id' | 'layers'>[]
}

/** Each option of a table as the command line has it, in the order of the table. */
export function commandOptions(table: OptionTable, names: RegistryNames): readonly CommandOption[] {
  return Object.values(table).flatMap((row) => [
    ...flagsOf(row, names),
    ...(row.parts ?? []).map(({ flag, kind, value, help }) => ({
      name: flag,
      kind,
      value,
      meaning: help.en,
    })),
  ])
}

/** Of a table, the flags that a sweep does not take. */
export function flagsOutsideSweep(table: OptionTable): readonly string[] {
  return Object.values(table).flatMap(({ inSweep, flag, parts = [] }) =>
    inSweep === false && flag !== undefined ? [flag, ...parts.map((part) => part.flag)] : [],
  )
}

/** Switches the option of `flag` off. */
export const noFlag = (flag: string): string => `no-${flag}`

const layersText = ({ id, layers }: RegistryNames['extractors'][number]): string =>
  `${id} has ${layers.map(({ name }) => name).join(', ')}.`

function flagsOf(row: OptionRow, names: RegistryNames): readonly CommandOption[] {
  const { flag, help, usual } = row
  if (flag === undefined) return []
  const common = {
    name: flag,
    meaning: usual === undefined ? help.en : `${help.en} By itself: ${usual.en}.`,
  }
  switch (row.kind) {
    case 'number':
    case 'integer': {
      const { kind, minimum, maximum, value = 'N', word } = row
      const words = [...(word === undefined ? [] : [word]), ...(isOptional(row) ? ['none'] : [])]
      return [
        { ...common, kind, value, minimum, maximum, ...(words.length === 0 ? {} : { words }) },
      ]
    }
    case 'choice':
      return [{ ...common, kind: 'text', choices: Object.keys(row.choices) }]
    case 'switch':
      return [
        { ...common, kind: 'flag' },
        { name: noFlag(flag), kind: 'flag', meaning: `Switches --${flag} off.` },
      ]
    case 'name':
    case 'component': {
      const choices = [...names[row.registry], ...(isOptional(row) ? ['none'] : [])]
      return [{ ...common, kind: 'text', choices }]
    }
    case 'losses':
      return [{ ...common, kind: 'pair', value: row.value }]
    case 'layers': {
      const meaning = [common.meaning, ...names.extractors.map(layersText)].join(' ')
      return [{ ...common, meaning, kind: 'text', value: row.value }]
    }
    case 'labels':
    case 'part':
      return [{ ...common, kind: 'text', value: row.value }]
    case 'id':
      return [{ ...common, kind: 'text', choices: names.extractors.map(({ id }) => id) }]
  }
}
