import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { svgOf } from '../../../scripts/iconSvg.mjs'
import { commonNames, drawEmoji, spread } from '../../../scripts/sample.mjs'
import { emojiSets, sampleClasses } from '../../../scripts/sampleClasses.mjs'
import emojiSplit from '../../fixtures/emojiSplit.json'

describe('svgOf', () => {
  const set = {
    width: 32,
    height: 32,
    icons: { cat: { body: '<path/>' }, wide: { body: '<g/>', width: 40, left: 2 } },
    aliases: { kitty: { parent: 'cat' }, puss: { parent: 'kitty' }, lost: { parent: 'nowhere' } },
  }
  it('wraps an icon, by its own size or that of the set, also through aliases', () => {
    expect(svgOf(set, 'cat')).toContain('viewBox="0 0 32 32"')
    expect(svgOf(set, 'wide')).toContain('viewBox="2 0 40 32"')
    expect(svgOf(set, 'puss')).toBe(svgOf(set, 'cat'))
    expect(() => svgOf(set, 'dog')).toThrow('dog')
    expect(() => svgOf(set, 'lost')).toThrow('lost')
  })
})

describe('commonNames', () => {
  it('keeps what all sets have, without skin tones', () => {
    const icon = { body: '' }
    const first = { icons: { b: icon, a: icon, 'hand-dark': icon, only: icon } }
    const second = { icons: { a: icon, 'hand-dark': icon }, aliases: { b: { parent: 'a' } } }
    expect(commonNames([first, second])).toEqual(['a', 'b'])
  })
})

describe('spread', () => {
  it('takes evenly, never more than there are', () => {
    expect(spread(['a', 'b', 'c', 'd'], 2)).toEqual(['a', 'c'])
    expect(spread(['a', 'b'], 5)).toEqual(['a', 'b'])
  })
})

describe('the bundled sample', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'semblance-sample-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is made of classes that all sets have', () => {
    const common = new Set([...emojiSplit.train, ...emojiSplit.test])
    expect(sampleClasses.filter((name) => !common.has(name))).toEqual([])
    expect(new Set(sampleClasses).size).toBe(sampleClasses.length)
    expect([...emojiSets]).toEqual(emojiSplit.provenance.sets)
  })

  it('draws opaque images of the asked size on white, and credits them', async () => {
    const sets = ['twemoji', 'openmoji']
    const drawn = await drawEmoji(folder, { classes: ['cat', 'dog'], sets, size: 48 })
    expect(drawn).toEqual({ classes: 2, images: 4 })
    expect(readdirSync(join(folder, 'cat')).sort()).toEqual(['openmoji.png', 'twemoji.png'])
    const image = sharp(join(folder, 'cat', 'twemoji.png'))
    expect(await image.metadata()).toMatchObject({ width: 48, height: 48, channels: 3 })
    const pixels = await image.raw().toBuffer()
    expect([...pixels.subarray(0, 3)]).toEqual([255, 255, 255])
    expect(pixels.some((value) => value < 100)).toBe(true)
    const other = await sharp(join(folder, 'dog', 'twemoji.png'))
      .raw()
      .toBuffer()
    expect(other.equals(pixels)).toBe(false)
    expect(readFileSync(join(folder, 'CREDITS.txt'), 'utf8')).toContain('CC-BY-SA-4.0')
  })
})
