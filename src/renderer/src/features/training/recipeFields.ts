import type { Bilingual } from '../../../../shared/model/bilingual'
import type { OptionRow } from '../../../../shared/model/options/row'
import {
  type OptionGroup,
  optionGroups,
  type OptionName,
} from '../../../../shared/model/options/table'
import type { TrainingOptions, TrainingRequest } from '../../../../shared/model/training'

type Field = keyof TrainingRequest & keyof TrainingOptions

/** An option of the recipe as the form shows it. */
export interface RecipeField {
  readonly name: Field
  readonly row: OptionRow
}

export interface RecipeGroup {
  readonly key: OptionGroup['key']
  readonly title: Bilingual
  /** Options that a part of the window made for them has. */
  readonly own: readonly OptionName[]
  readonly fields: readonly RecipeField[]
}

/** The groups of the form; what has no part in the window is in none of them. */
export const recipeGroups: readonly RecipeGroup[] = optionGroups.map(({ key, title, rows }) => {
  const entries = Object.entries<OptionRow>(rows)
  return {
    key,
    title,
    own: entries.filter(([, { window }]) => window === 'own').map(([name]) => name as OptionName),
    fields: entries
      .filter(([, { window }]) => window === undefined)
      .map(([name, row]) => ({ name: name as Field, row })),
  }
})
