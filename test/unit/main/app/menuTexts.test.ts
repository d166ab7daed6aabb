import { describe, expect, it } from 'vitest'
import { menuTexts } from '../../../../src/main/app/menuTexts'

describe('menuTexts', () => {
  it('has every word in both languages', () => {
    expect(Object.keys(menuTexts['zh-CN'])).toEqual(Object.keys(menuTexts.en))
    for (const [key, text] of Object.entries(menuTexts['zh-CN'])) {
      expect(text, key).toMatch(/\p{Script=Han}/u)
    }
  })
})
