import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../../src/main/dataset/textEncoding'

/** The system's own converter, so that the bytes are not of the decoder under test. */
const encoded = (text: string, encoding: string): Buffer =>
  execFileSync('iconv', ['-f', 'UTF-8', '-t', encoding], { input: text })

const names: Readonly<Record<string, readonly (readonly string[])[]>> = {
  GB18030: [
    ['猫', '狗'],
    ['熊猫', '老虎', '狮子'],
    ['苹果', '香蕉', '橙子', '葡萄'],
    ['正常', '缺陷'],
    ['划痕'],
  ],
  BIG5: [
    ['貓', '狗'],
    ['蘋果', '香蕉', '葡萄'],
    ['正常', '瑕疵', '刮痕'],
  ],
  SHIFT_JIS: [
    ['猫', '犬'],
    ['ねこ', 'いぬ'],
    ['りんご', 'バナナ'],
    ['カラス', '日本猫', '柴犬'],
    ['良品', '不良'],
  ],
  'EUC-KR': [
    ['고양이', '개', '사자'],
    ['사과', '바나나'],
    ['정상', '불량'],
  ],
  CP1251: [
    ['Кошка', 'Собака'],
    ['кот', 'пёс'],
    ['яблоко', 'груша', 'Слива'],
  ],
  CP1252: [
    ['Löwe', 'Bär'],
    ['café', 'crème'],
    ['piñata', 'niño'],
    ['Æble', 'pære', 'blåbær'],
    ['Müller'],
    ['maçã', 'limão'],
  ],
  CP1250: [
    ['Kočka', 'Pes', 'Kůň'],
    ['Jabłko', 'Gruszka', 'Śliwka'],
    ['źrebię', 'żółw'],
  ],
  CP1253: [
    ['Γάτα', 'Σκύλος'],
    ['μήλο', 'αχλάδι'],
  ],
  CP1254: [
    ['Köpek', 'Kuş', 'Çiçek'],
    ['ağaç', 'şeftali'],
  ],
  CP1255: [['חתול', 'כלב']],
  CP874: [
    ['แมว', 'สุนัข'],
    ['แอปเปิล', 'กล้วย'],
  ],
  'KOI8-R': [['Кошка', 'Собака', 'лошадь']],
  'EUC-JP': [['ねこ', 'いぬ', 'うさぎ']],
  CP1256: [
    ['قطة', 'كلب'],
    ['تفاح', 'موز'],
  ],
}

describe('text without UTF-8', () => {
  for (const [encoding, lists] of Object.entries(names)) {
    for (const list of lists) {
      it(`${encoding}: ${list.join(' ')}`, () => {
        const text = `image,label\n${list.map((name, i) => `a/${i}.png,${name}\n`).join('')}`
        expect(decodeText(encoded(text, encoding))).toMatchObject({ text, isGuessed: true })
      })
    }
  }

  it('never gives U+FFFD, and keeps what differs apart', () => {
    for (let high = 0x80; high < 0x100; high += 1) {
      const one = decodeText(Buffer.from([0x61, high, 0x0a, 0xff, 0x0a])).text
      const other = decodeText(Buffer.from([0x61, high ^ 1, 0x0a, 0xff, 0x0a])).text
      expect(one).not.toContain('\uFFFD')
      if (high !== (high ^ 1)) expect(one).not.toBe(other)
    }
  })
})

describe('text that says what it is', () => {
  const text = 'image,label\r\na.png,猫 Löwe 😀\r\n'
  it.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\uFEFF${text}`)],
    ['utf-16le', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['utf-16le', Buffer.from(text, 'utf16le')],
    ['utf-16be', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
  ])('%s', (encoding, bytes) => {
    expect(decodeText(bytes)).toEqual({ text, encoding, isGuessed: false })
  })
})
