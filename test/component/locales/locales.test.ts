import { baseCompile } from '@intlify/message-compiler'
import { describe, expect, it } from 'vitest'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import { AppError, errorCodes } from '../../../src/shared/errors'
import { en } from '../../../src/renderer/src/locales/en'
import { errorText } from '../../../src/renderer/src/locales/errorText'
import { setLocale, t } from '../../../src/renderer/src/locales/i18n'
import { joinWords } from '../../../src/renderer/src/locales/joinWords'
import { chinese } from '../../../src/renderer/src/locales/zh-CN'

type Words = { readonly [key: string]: string | Words }

/** Path of each message with its text. */
function messagesOf(words: Words, path = ''): [path: string, message: string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : messagesOf(value, `${path}${key}.`),
  )
}
const english = new Map(messagesOf(en))
const translated = new Map(messagesOf(chinese))
const placeholders = (message: string): string[] =>
  [...new Set(message.match(/\{\w+\}/g) ?? [])].sort()

describe('the words of the window', () => {
  it('has the same keys in both languages', () => {
    expect([...translated.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('fills the same values in both languages', () => {
    const differing = [...english].filter(
      ([key, message]) =>
        placeholders(message).join() !== placeholders(translated.get(key) ?? '').join(),
    )
    expect(differing).toEqual([])
  })

  it('leaves nothing empty and nothing exclaimed', () => {
    const bad = [...english, ...translated].filter(
      ([, message]) => message.trim() === '' || /[!！]/.test(message),
    )
    expect(bad).toEqual([])
  })

  it('writes Chinese as Chinese', () => {
    const names = /^[\p{Script=Latin}\d\s{}·×…@.,/+()-]*$/u
    const untranslated = [...translated].filter(
      ([key, message]) =>
        english.get(key) === message && !names.test(message.replace(/\{\w+\}/g, '')),
    )
    expect(untranslated).toEqual([])
  })

  it('sets numbers and Latin words apart from Chinese, and puts no space beside its punctuation', () => {
    // What these stand for is Chinese itself, or a name in quotes.
    const words = /\{(job|form|which|remedy|first|last|what|dataset)\}/g
    const plain = (message: string) => message.replace(words, '词')
    const bad = [...translated].filter(([, message]) =>
      message
        .split(' | ')
        .map(plain)
        .some(
          (text) =>
            /\p{Script=Han}[\p{Script=Latin}\d{@%]|[\p{Script=Latin}\d}@%]\p{Script=Han}/u.test(
              text,
            ) || /[，。：；、（）？“”] | [，。：；、（）？“”]/u.test(text),
        ),
    )
    expect(bad).toEqual([])
  })

  it('joins sentences as each language does', () => {
    expect(joinWords('One.', '', 'Two.')).toBe('One. Two.')
    expect(joinWords('经过 2 处更正：', '在同一测试上')).toBe('经过 2 处更正：在同一测试上')
    expect(joinWords('+0.042', '（0.010 至 0.074）')).toBe('+0.042（0.010 至 0.074）')
  })

  it('compiles every message', () => {
    const broken: string[] = []
    for (const [key, message] of [...english, ...translated]) {
      baseCompile(message.replaceAll('@', "{'@'}"), {
        jit: true,
        onError: (error) => broken.push(`${key}: ${error.message}`),
      })
    }
    expect(broken).toEqual([])
  })

  it('shows an @ as it stands, and plurals by number', () => {
    setLocale('en')
    expect(t('training.charts.mapAtR')).toBe('MAP@R')
    expect(t('frame.counts.images', { count: '1' }, 1)).toBe('one image')
    expect(t('frame.counts.images', { count: '7,096' }, 7096)).toBe('7,096 images')
    setLocale('zh-CN')
    expect(t('frame.counts.images', { count: '7,096' }, 7096)).toBe('7,096 张图片')
    setLocale('en')
  })

  it('says why a margin cannot be met in both languages', () => {
    const plan = () =>
      planTraining({
        labels: Int32Array.from({ length: 40 }, (_, image) => Math.floor(image / 4)),
        request: {
          loss: { name: 'contrastive', options: { negativeMargin: 0.001 } },
          distance: 'euclidean',
        },
        extractors: describeExtractors(),
        featuresCached: () => 0,
        speed: shippedSpeeds.js,
      })
    const words = (): string => {
      try {
        plan()
      } catch (error) {
        return errorText(error).message
      }
      return ''
    }
    expect(words()).toMatch(/^The loss contrastive would push no images apart: .*negativeMargin/)
    setLocale('zh-CN')
    expect(words()).toMatch(/^损失 contrastive 不会推开任何图像：.*negativeMargin/)
    setLocale('en')
  })

  it('says what is wrong with input that was refused', () => {
    const refused = new AppError('invalidInput', 'steps must be at least 1.')
    expect(errorText(refused).message).toMatch(/ steps must be at least 1\.$/)
    setLocale('zh-CN')
    expect(errorText(refused).message).toMatch(/原因（英文）：steps must be at least 1\.$/)
    setLocale('en')
  })

  it('says every failure in both languages', () => {
    for (const locale of ['en', 'zh-CN'] as const) {
      setLocale(locale)
      for (const code of errorCodes) {
        const { message, details } = errorText(new AppError(code, 'what main said'))
        expect(message, code).not.toContain('errors.')
        expect(details).toBe(`${code}: what main said`)
      }
    }
    setLocale('en')
  })
})
