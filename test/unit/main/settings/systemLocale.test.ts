import { describe, expect, it } from 'vitest'
import { systemLocaleOf } from '../../../../src/main/settings/systemLocale'

describe('systemLocaleOf', () => {
  it('takes the first language that we speak', () => {
    expect(systemLocaleOf(['zh-Hans-CN', 'en-US'])).toBe('zh-CN')
    expect(systemLocaleOf(['zh_TW'])).toBe('zh-CN')
    expect(systemLocaleOf(['fr-FR', 'en-GB', 'zh-CN'])).toBe('en')
    expect(systemLocaleOf(['de-DE'])).toBe('en')
    expect(systemLocaleOf([])).toBe('en')
  })
})
