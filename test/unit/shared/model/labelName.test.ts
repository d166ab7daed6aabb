import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanLabelName, looksAlike } from '../../../../src/shared/model/labelName'
import { defused, withoutGuard } from '../../../../src/main/exporting/csv'

describe('the name of a label', () => {
  it.each([
    ['café', 'cafe\u0301'.normalize('NFC')],
    ['a\u0000b', 'ab'],
    ['a\r\nb\tc', 'a b c'],
    ['\u202egnp.tac\u202c', 'gnp.tac'],
    ['\u2066x\u2069', 'x'],
    ['half \ud83d', 'half '],
    ['👩‍👩‍👧 😀', '👩‍👩‍👧 😀'],
    ['x'.repeat(255), 'x'.repeat(255)],
    ['x'.repeat(256), null],
    ['\u0007 ', null],
  ])('%j is %j', (text, name) => {
    expect(cleanLabelName(text)).toBe(name)
  })

  it('stays as it is once cleaned', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = cleanLabelName(text)
        if (name !== null) expect(cleanLabelName(name)).toBe(name)
      }),
    )
  })

  it('looks like others by case, width, spaces and what cannot be seen', () => {
    const names = [
      'cat',
      'Dog',
      'cat ',
      'Cat',
      'c\u200bat',
      'dog',
      'ｃａｔ',
      'bird',
      'cats',
      'a / b',
      'a/b',
    ]
    const groups = looksAlike(names.map((name) => ({ name })))
    expect(groups.map((group) => group.map(({ name }) => name))).toEqual([
      ['cat', 'cat ', 'Cat', 'c\u200bat', 'ｃａｔ'],
      ['Dog', 'dog'],
      ['a / b', 'a/b'],
    ])
  })
})

it('guards against formulas are taken away again, whatever they guard', () => {
  const odd = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', 'a') })
  fc.assert(
    fc.property(odd, (text) => {
      expect(withoutGuard(defused(text))).toBe(text)
    }),
  )
})
