import type { Locale } from './settings'

/** A text in the languages of the window. */
export type Bilingual = Readonly<Record<Locale, string>>
