import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { type OptionName, optionTable } from '../../../../shared/model/options/table'
import type { Locale } from '../../../../shared/model/settings'

/** What an option is called and what it is for, in the language of the window. */
export function useOptionWords() {
  const { locale } = useI18n()
  return computed(() => (name: OptionName) => {
    const { title, help } = optionTable[name]
    return { title: title[locale.value as Locale], help: help[locale.value as Locale] }
  })
}
