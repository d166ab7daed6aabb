import type { Locale } from '../../shared/model/settings'

/** Which of our languages suits a person whose system prefers these, best first. */
export function systemLocaleOf(preferred: readonly string[]): Locale {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split(/[-_]/)[0]
    if (language === 'zh') return 'zh-CN'
    if (language === 'en') return 'en'
  }
  return 'en'
}
