/**
 * Older encodings by how likely they are to have given these bytes, likeliest first: each is a
 * model of how often its languages use which characters, uniform within a class (the frequent rows
 * of a national standard, kana, the letters of an alphabet), with how common it is as prior. Plain
 * ASCII says nothing. Short lists of names are told apart that byte statistics of long texts are
 * not made for.
 */
export function likeliestEncoding(bytes: Uint8Array): readonly string[] {
  const sample = tellingLines(bytes)
  return models
    .map(({ encoding, prior, likelihood }) => ({
      encoding,
      score: Math.log(prior) + likelihood(sample, encoding),
    }))
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => b.score - a.score)
    .map(({ encoding }) => encoding)
}

const mostSampleBytes = 1 << 16

/** Different lines that are not plain ASCII. */
function tellingLines(bytes: Uint8Array): Uint8Array {
  const lines = new Set<string>()
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let size = 0
  for (let start = 0; start < whole.length && size < mostSampleBytes;) {
    const found = whole.indexOf(10, start)
    const end = found < 0 ? whole.length : found + 1
    const line = whole.toString('latin1', start, end)
    // Bytes above 127 are what any of the encodings needs for other letters.
    if (/[\x80-\xff]/.test(line) && !lines.has(line)) {
      lines.add(line)
      size += line.length
    }
    start = end
  }
  return Buffer.from([...lines].join(''), 'latin1')
}

interface Model {
  readonly encoding: string
  readonly prior: number
  /** Logarithm; -Infinity where the bytes cannot be of this encoding. */
  readonly likelihood: (bytes: Uint8Array, encoding: string) => number
}

/** Share of a class of characters among those of the language, and how many it has. */
type CharacterClass = readonly [share: number, size: number]
const unusual: CharacterClass = [1e-9, 1]

/** Of encodings with two bytes a character; `single` is of bytes that stand alone. */
function pairs(
  classOf: (lead: number, trail: number) => CharacterClass,
  single: (byte: number) => CharacterClass | null = () => null,
): Model['likelihood'] {
  return (bytes) => {
    let sum = 0
    for (let at = 0; at < bytes.length; at += 1) {
      const lead = bytes[at]!
      if (lead < 0x80) continue
      const alone = single(lead)
      const trail = bytes[at + 1] ?? 0
      if (alone === null && trail < 0x40) return -Infinity
      const [share, size] = alone ?? classOf(lead, trail)
      sum += Math.log(share / size)
      if (alone === null) at += 1
    }
    return sum
  }
}

const within = (value: number, from: number, to: number): boolean => value >= from && value <= to

const simplifiedChinese = pairs((lead, trail) => {
  if (trail < 0xa1) return [0.02, 14_000]
  if (within(lead, 0xb0, 0xd7)) return [0.85, 3755]
  if (within(lead, 0xd8, 0xf7)) return [0.1, 3008]
  return within(lead, 0xa1, 0xa9) ? [0.03, 800] : [0.02, 14_000]
})
const traditionalChinese = pairs((lead, trail) => {
  if (within(trail, 0x7f, 0xa0)) return unusual
  if (within(lead, 0xa4, 0xc6)) return [0.88, 5401]
  if (within(lead, 0xc9, 0xf9)) return [0.09, 7652]
  return within(lead, 0xa1, 0xa3) ? [0.03, 400] : unusual
})

/** Shares, in percent, of first consonants, vowels and last consonants of Korean syllables. */
const initials = [12, 1, 7, 7, 1, 7, 6, 5, 0.4, 9, 0.6, 18, 8, 0.3, 3, 1.5, 2, 2, 7]
const vowels = [
  ...[20, 6, 2, 0.05, 11, 6, 5, 0.5, 11, 2, 0.2],
  ...[1, 1, 8, 1, 0.1, 1, 1, 8, 2, 16],
]
const finals = [
  ...[50, 8, 0.3, 0.05, 14, 0.1, 0.2, 0.4, 8, 0.2, 0.1, 0.1, 0.02, 0.05],
  ...[0.02, 0.1, 5, 3, 0.1, 2, 2, 10, 0.3, 0.3, 0.1, 0.3, 0.3, 0.2],
]
const firstSyllable = 0xac00

function korean(bytes: Uint8Array, encoding: string): number {
  let sum = 0
  for (const character of new TextDecoder(encoding).decode(bytes)) {
    const code = character.codePointAt(0)!
    if (code === 0xfffd) return -Infinity
    if (code < 0x80) continue
    const syllable = code - firstSyllable
    const isSyllable = within(syllable, 0, 19 * 21 * 28 - 1)
    sum += Math.log(
      isSyllable
        ? (initials[Math.floor(syllable / 588)]! *
            vowels[Math.floor(syllable / 28) % 21]! *
            finals[syllable % 28]!) /
            1e6
        : 0.06 / 5788,
    )
  }
  return sum
}

const japanese = pairs(
  (lead, trail) => {
    if (lead === 0x82 && within(trail, 0x9f, 0xf1)) return [0.3, 83]
    if (lead === 0x83 && within(trail, 0x40, 0x96)) return [0.3, 86]
    if (lead === 0x81) return [0.06, 147]
    if (within(lead, 0x88, 0x97)) return [0.28, 2965]
    return within(lead, 0x98, 0x9f) || within(lead, 0xe0, 0xea) ? [0.05, 3390] : unusual
  },
  (byte) => (within(byte, 0xa1, 0xdf) ? [0.01, 63] : null),
)
const japaneseOfUnix = pairs((lead, trail) => {
  if (lead === 0x8e) return [0.01, 63]
  if (trail < 0xa1) return unusual
  if (lead === 0xa4) return [0.3, 83]
  if (lead === 0xa5) return [0.3, 86]
  if (within(lead, 0xb0, 0xcf)) return [0.28, 2965]
  if (within(lead, 0xd0, 0xf4)) return [0.05, 3390]
  return within(lead, 0xa1, 0xa8) ? [0.06, 500] : unusual
})

const isCapital = (character: string): boolean => character !== character.toLowerCase()
const isLetter = (character: string): boolean => /\p{L}|\p{M}/u.test(character)
const isPlain = (character: string): boolean => character < '\x80'

/**
 * Of encodings with one byte a character. Capitals begin words or follow capitals; scripts do not
 * mix within a word, and among Latin letters those with a mark seldom follow each other.
 */
function letters(frequent: string, rare: string, isLatin: boolean): Model['likelihood'] {
  const often = new Set(frequent)
  const all = new Set(frequent + rare)
  return (bytes, encoding) => {
    let sum = 0
    let previous = ''
    for (const character of new TextDecoder(encoding).decode(bytes)) {
      const before = previous
      previous = isLetter(character) ? character : ''
      if (isPlain(character)) continue
      const lower = character.toLowerCase()
      if (character === '\uFFFD') return -Infinity
      if (!all.has(lower)) {
        sum += Math.log(/[\x80-\x9f]/.test(character) ? 1e-9 : 1e-5)
        continue
      }
      let chance = often.has(lower) ? 0.85 / often.size : 0.15 / Math.max(1, rare.length)
      const isOutOfPlace = before !== '' && !isCapital(before)
      if (isCapital(character)) chance *= isOutOfPlace ? 0.003 : 0.3
      else if (before === '') chance *= 0.7
      if (before !== '' && isPlain(before) !== isLatin) chance *= 0.1
      sum += Math.log(chance)
    }
    return sum
  }
}

const latin = (frequent: string, rare: string) => letters(frequent, rare, true)
const script = (frequent: string, rare: string) => letters(frequent, rare, false)

const models: readonly Model[] = [
  { encoding: 'gb18030', prior: 1, likelihood: simplifiedChinese },
  {
    encoding: 'windows-1252',
    prior: 1,
    likelihood: latin('äöüßéèêàâçñóíáúãåøæô', 'ëïîûùìòõýðþœšžÿ'),
  },
  { encoding: 'shift_jis', prior: 0.5, likelihood: japanese },
  { encoding: 'big5', prior: 0.5, likelihood: traditionalChinese },
  { encoding: 'euc-kr', prior: 0.5, likelihood: korean },
  {
    encoding: 'windows-1251',
    prior: 0.5,
    likelihood: script('оеаинтсрвлкмдпуяызбг', 'ьйчхжшюцщэфъёіїєґўђљњћџѓќј'),
  },
  {
    encoding: 'windows-1250',
    prior: 0.3,
    likelihood: latin('ąćęłńóśźżáčďéěíňřšťúůýžőűöüä', 'ăâîşţđľĺŕôëçß'),
  },
  { encoding: 'windows-1254', prior: 0.2, likelihood: latin('çğıöşüi̇', 'âîûéäß') },
  {
    encoding: 'windows-1253',
    prior: 0.2,
    likelihood: script('αοιετσνηυρπκμλςάόίέή', 'θγδβχφξζψωύώϊϋΐΰ'),
  },
  { encoding: 'windows-1255', prior: 0.2, likelihood: script('אבדהוילמנרשת', 'גזחטךכםןסעףפץצק') },
  {
    encoding: 'windows-1256',
    prior: 0.2,
    likelihood: script('ابتحدرسعفقكلمنهويةأ', 'ءآؤإئثجخذزشصضطظغىپچژگ'),
  },
  {
    encoding: 'windows-874',
    prior: 0.2,
    likelihood: script('านรอกเงมยลวดทสตะปบคหแ่้ัี็ิ', 'ขชซณธผพฟภศษฉฐฎฏฑฒญฝฮฆฤโใไุูึืำ์๊๋'),
  },
  { encoding: 'koi8-r', prior: 0.1, likelihood: script('оеаинтсрвлкмдпуяызбг', 'ьйчхжшюцщэфъё') },
  { encoding: 'euc-jp', prior: 0.1, likelihood: japaneseOfUnix },
]
