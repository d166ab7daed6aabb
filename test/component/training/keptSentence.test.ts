import { describe, expect, it } from 'vitest'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import {
  addedSentence,
  copiesSentence,
  resultSentence,
} from '../../../src/renderer/src/features/training/resultSentence'
import type { KeptModel } from '../../../src/shared/model/kept'
import type { RunSummary } from '../../../src/shared/model/training'

const score = (mapAtR: number, standardError = 0.05) => ({ mapAtR, standardError })
const keptOf = (what: KeptModel['what'], over: 'labels' | 'images'): KeptModel => ({
  what,
  closedForm: 'whitening',
  reason: what === 'trained' ? 'better' : 'noBetter',
  heldOut: {
    over,
    count: 8,
    features: score(0.73),
    whitening: score(0.71),
    analysis: score(0.7),
    trained: { count: 8, score: score(0.772), without: score(0.73), gain: score(0.042, 0.051) },
  },
})

const runWith = (kept: KeptModel): RunSummary =>
  ({ kept, closedForm: null, after: null, bestEpoch: 0 }) as RunSummary

describe('the sentence on the result', () => {
  const ran = (before: number, after: number, queries: number): RunSummary => {
    const metrics = (precisionAt1: number) => ({ precisionAt1, rPrecision: 0, mapAtR: 0, queries })
    const options = { split: 'byImage' }
    return { before: metrics(before), after: metrics(after), options } as RunSummary
  }

  it('counts the images there are where they are fewer than a hundred', () => {
    const few = resultSentence(ran(9 / 15, 12 / 15, 15))!
    expect(i18n.global.t(few.key, few.values)).toBe(
      'Of 15 images kept aside, 12 now find one of their own label first (before: 9).',
    )
    const many = resultSentence(ran(0.5, 0.831, 700))!
    expect(i18n.global.t(many.key, many.values)).toContain('Of 100 images kept aside, 83 now')
  })

  it('calls fewer than before fewer, and nothing else', () => {
    expect(resultSentence(ran(0.9, 0.8, 40))!.isWorse).toBe(true)
    expect(resultSentence(ran(0.8, 0.8, 40))!.isWorse).toBe(false)
    expect(resultSentence(ran(0.8, 0.9, 40))!.isWorse).toBe(false)
  })
})

describe('the sentence on what was kept', () => {
  it.each([
    ['en', 'features', '0.772', '0.730', '+0.042', '0.051', 'not clearly help'],
    ['zh-CN', 'closedForm', '0.772', '0.730', '+0.042', '0.051', '没有明显帮助'],
  ] as const)('gives the difference and how sure it is: %s, %s', (locale, what, ...words) => {
    setLocale(locale)
    for (const over of ['labels', 'images'] as const) {
      const sentence = addedSentence(runWith(keptOf(what, over)))
      const text = i18n.global.t(sentence!.key, sentence!.values)
      for (const word of words) expect(text).toContain(word)
      expect(text).not.toMatch(/\{|\}/)
    }
    setLocale('en')
  })

  it.each([
    ['en', 'on the 8 training images held out for that, no epoch was better', '0.710'],
    ['zh-CN', '没有一轮优于', '0.710'],
  ] as const)('says that no epoch was better than the start: %s', (locale, ...words) => {
    setLocale(locale)
    const kept = keptOf('closedForm', 'images')
    const same = { count: 8, score: score(0.71), without: score(0.71), gain: score(0, 0) }
    const heldOut = { ...kept.heldOut!, trained: same }
    const sentence = addedSentence(runWith({ ...kept, heldOut }))
    const text = i18n.global.t(sentence!.key, { ...sentence!.values, form: 'the start' })
    for (const word of words) expect(text).toContain(word)
    expect(text).not.toMatch(/\{|\}/)
    setLocale('en')
  })

  it('says what training added where it was kept', () => {
    const sentence = addedSentence(runWith(keptOf('trained', 'labels')))
    expect(i18n.global.t(sentence!.key, sentence!.values)).toContain('0.042')
  })
})

describe('the sentence on augmented copies', () => {
  const heldOut = { with: score(0.541), without: score(0.534), gain: score(0.007, 0.003) }
  it.each([
    ['en', true, 'are used', '0.541', '0.534', '+0.007', '0.003'],
    ['en', false, 'are not used', '0.541', '0.534', '+0.007', '0.003'],
    ['zh-CN', true, '采用了每张训练图片的 4 个增强副本', '0.541', '0.534', '+0.007', '0.003'],
    ['zh-CN', false, '未采用', '0.541', '0.534', '+0.007', '0.003'],
  ] as const)('has both figures: %s, %s', (locale, isUsed, ...words) => {
    setLocale(locale)
    const copies = { each: 4, isUsed, heldOut }
    const said = copiesSentence(runWith({ ...keptOf('closedForm', 'labels'), copies }))!
    const text = i18n.global.t(said.key, said.values, 4)
    for (const word of words) expect(text).toContain(word)
    expect(text).not.toMatch(/\{|\}|\|/)
    setLocale('en')
  })

  it('says nothing of a run without any, and why where nothing could be held out', () => {
    expect(copiesSentence(runWith(keptOf('closedForm', 'labels')))).toBeNull()
    const copies = { each: 4, isUsed: false, heldOut: null }
    const said = copiesSentence(runWith({ ...keptOf('features', 'labels'), copies }))!
    expect(i18n.global.t(said.key, said.values)).toContain('too few images')
  })
})
