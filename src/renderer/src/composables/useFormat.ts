import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

export interface Format {
  /** Whole numbers with the locale's separators. */
  count(value: number): string
  /** Three significant digits; a dash where there is no number. */
  number(value: number | null | undefined): string
  /** At most three significant digits, for axes. */
  tick(value: number): string
  /** For instance 71%. */
  percent(share: number): string
  /** With a tenth of a percent: 12.5%. */
  share(share: number): string
  bytes(value: number): string
  date(at: number): string
  /** A duration as people say it: 3 s, 2 min. */
  duration(ms: number): string
  /** Time left as people say it; empty while unknown. */
  remaining(ms: number | null): string
}

/** Numbers, sizes and times in the window's language. */
export function useFormat(): ComputedRef<Format> {
  const { t, locale } = useI18n()
  return computed(() => formatFor(locale.value, t))
}

/** Chinese units stand apart from their number, as the window's own words do. */
const withSpace = (text: string): string => text.replace(/(?<=\d)(?=\p{Script=Han})/gu, ' ')

function makeFormatters(locale: string) {
  const numbers = (options: Intl.NumberFormatOptions): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, options)
  return {
    whole: numbers({ maximumFractionDigits: 0 }),
    three: numbers({ minimumSignificantDigits: 3, maximumSignificantDigits: 3 }),
    upToThree: numbers({ maximumSignificantDigits: 3 }),
    share: numbers({ style: 'percent', maximumFractionDigits: 0 }),
    tenths: numbers({ style: 'percent', maximumFractionDigits: 1 }),
    moment: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
  }
}
const made = new Map<string, ReturnType<typeof makeFormatters>>()
/** Made once a language: that takes milliseconds, and each component asks for them. */
function formattersOf(locale: string): ReturnType<typeof makeFormatters> {
  const known = made.get(locale) ?? makeFormatters(locale)
  made.set(locale, known)
  return known
}

type Translate = (key: string, values: Record<string, unknown>, plural: number) => string

export function formatFor(locale: string, t: Translate): Format {
  const { whole, three, upToThree, share, tenths, moment } = formattersOf(locale)
  const unit = (
    value: number,
    name: string,
    unitDisplay: Intl.NumberFormatOptions['unitDisplay'] = 'short',
  ): string =>
    withSpace(
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: name,
        unitDisplay,
        maximumSignificantDigits: 3,
      }).format(value),
    )

  return {
    count: (value) => whole.format(value),
    number(value) {
      if (value === null || value === undefined || !Number.isFinite(value)) return '–'
      return Number.isInteger(value) || Math.abs(value) >= 1000
        ? whole.format(value)
        : three.format(value)
    },
    tick: (value) => upToThree.format(value),
    percent: (value) => share.format(value),
    share: (value) => tenths.format(value),
    bytes(value) {
      // The short form knows no plural: "588 byte".
      if (value < 1000) return unit(value, 'byte', 'long')
      if (value < 999_500) return unit(value / 1e3, 'kilobyte')
      return value < 999_500_000 ? unit(value / 1e6, 'megabyte') : unit(value / 1e9, 'gigabyte')
    },
    date: (at) => moment.format(at),
    duration(ms) {
      if (ms < 59_500) return unit(ms / 1000, 'second')
      return ms < 5_400_000 ? unit(ms / 60_000, 'minute') : unit(ms / 3_600_000, 'hour')
    },
    remaining(ms) {
      if (ms === null || !Number.isFinite(ms)) return ''
      const seconds = ms / 1000
      if (seconds < 8) return t('frame.time.fewSeconds', {}, 1)
      if (seconds < 55) {
        const n = Math.ceil(seconds / 5) * 5
        return t('frame.time.aboutSeconds', { n }, n)
      }
      if (seconds < 5400) {
        const n = Math.max(1, Math.round(seconds / 60))
        return t('frame.time.aboutMinutes', { n }, n)
      }
      const n = Math.round(seconds / 3600)
      return t('frame.time.aboutHours', { n }, n)
    },
  }
}
