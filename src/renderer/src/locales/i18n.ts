import { createI18n } from 'vue-i18n'
import type { Locale } from '../../../shared/model/settings'
import { en } from './en'
import { chinese } from './zh-CN'

/** A tree of messages. */
type Words = { readonly [key: string]: string | Words }

/** Words such as MAP@R stand as they are: an @ never links to another message here. */
function withPlainAt<Tree extends Words>(tree: Tree): Tree {
  const entries = Object.entries(tree).map(([key, value]) => [
    key,
    typeof value === 'string' ? value.replaceAll('@', "{'@'}") : withPlainAt(value),
  ])
  return Object.fromEntries(entries) as Tree
}

/** The window's words. Messages are compiled to data, never to code: the page allows no eval. */
export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en: withPlainAt(en), 'zh-CN': withPlainAt(chinese) },
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})

/** For stores; components use `useI18n`. */
export const t = i18n.global.t as (
  key: string,
  values?: Record<string, unknown>,
  plural?: number,
) => string

export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}
