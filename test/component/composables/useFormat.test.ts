import { describe, expect, it } from 'vitest'
import { formatFor } from '../../../src/renderer/src/composables/useFormat'
import { setLocale, t } from '../../../src/renderer/src/locales/i18n'

const english = formatFor('en', t)
const chinese = formatFor('zh-CN', t)

describe('formats', () => {
  it('groups whole numbers and keeps three digits of others', () => {
    expect(english.count(7096)).toBe('7,096')
    expect(english.number(0.74)).toBe('0.740')
    expect(english.number(12.3456)).toBe('12.3')
    expect(english.number(3)).toBe('3')
    expect(english.number(null)).toBe('–')
    expect(english.number(Number.NaN)).toBe('–')
    expect(english.percent(0.712)).toBe('71%')
  })

  it('writes sizes in the unit that fits', () => {
    expect(english.bytes(999)).toBe('999 bytes')
    expect(english.bytes(1)).toBe('1 byte')
    expect(chinese.bytes(588)).toBe('588 字节')
    expect(english.bytes(4212)).toBe('4.21 kB')
    expect(english.bytes(999_600)).toBe('1 MB')
    expect(english.bytes(2_500_000_000)).toBe('2.5 GB')
  })

  it('sets units apart from their number in Chinese as well', () => {
    expect(chinese.duration(20_000)).toBe('20 秒')
    expect(chinese.duration(120_000)).toBe('2 分钟')
    expect(chinese.duration(7_200_000)).toBe('2 小时')
    expect(english.duration(20_000)).toBe('20 sec')
  })

  it('says the time left as people do', () => {
    setLocale('en')
    expect(english.remaining(null)).toBe('')
    expect(english.remaining(3000)).toBe('a few seconds left')
    expect(english.remaining(41_000)).toBe('about 45 s left')
    expect(english.remaining(125_000)).toBe('about 2 min left')
    expect(english.remaining(3 * 3_600_000)).toBe('about 3 hours left')
    setLocale('zh-CN')
    expect(chinese.remaining(125_000)).toBe('约剩 2 分钟')
    setLocale('en')
  })
})
