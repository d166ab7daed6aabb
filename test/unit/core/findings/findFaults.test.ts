import { describe, expect, it } from 'vitest'
import type { FaultInput } from '../../../../src/core/findings/faultInput'
import { findFaults } from '../../../../src/core/findings/findFaults'
import { measurePicture, type PicturePixels } from '../../../../src/core/findings/pictureMeasures'
import { signatureOf } from '../../../../src/core/findings/signature'
import { featureSource } from '../../../../src/core/inputSource'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import { finish } from '../../../../src/core/steps'
import { type FindingKind, findingKinds, usualLimits } from '../../../../src/shared/model/findings'

const side = 32
const size = 16

interface Planted {
  readonly path: string
  /** Number of the cluster that its features are of. */
  readonly shows: number
  readonly label: number
  readonly content: string
  readonly picture: PicturePixels
  readonly widthPx: number
  readonly side: number
  readonly spread: number
}

const pictureOf = (pixel: (at: number) => number): PicturePixels => ({
  data: Uint8Array.from({ length: side * side * 3 }, (_, at) => pixel(at)),
  widthPx: side,
  heightPx: side,
})

/** A picture of its own for each name, loud enough to be none of the bad ones. */
function noise(name: string): PicturePixels {
  const random = createRandom(name)
  return pictureOf(() => random.integer(256))
}

const clusters = 4
const perCluster = 12
const labelNames = ['bird', 'cat', 'Cat ', 'dog', 'rare']

/** Four clusters with a label each, one fault of each kind planted. */
function plantedSet(): readonly Planted[] {
  const images: Planted[] = []
  for (let shows = 0; shows < clusters; shows++) {
    for (let i = 0; i < perCluster; i++) {
      const path = `${labelNames[shows]}/${i}.png`
      images.push({
        ...{ path, shows, label: shows, content: path, picture: noise(path) },
        ...{ widthPx: 100, side: i % 2, spread: 0.3 },
      })
    }
  }
  const change = (path: string, to: Partial<Planted>) => {
    const at = images.findIndex((image) => image.path === path)
    images[at] = { ...images[at]!, ...to }
  }
  change('bird/3.png', { label: 3 })
  change('dog/5.png', { label: 4 })
  // The same file on both sides, and the same picture in another file.
  change('cat/1.png', { content: 'cat/0.png', picture: noise('cat/0.png') })
  change('dog/1.png', { picture: noise('dog/0.png') })
  change('bird/6.png', { picture: pictureOf(() => 8) })
  change('bird/7.png', { picture: pictureOf(() => 250) })
  change('dog/7.png', { widthPx: 1000 })
  change('dog/9.png', { spread: 12 })
  return images
}

function inputOf(images: readonly Planted[]): FaultInput {
  const random = createRandom('features')
  const centers = Float32Array.from({ length: clusters * size }, () => random.normal(0, 3))
  const ofContent = new Map<string, readonly number[]>()
  const rows = images.flatMap(({ shows, content, spread }) => {
    const known = ofContent.get(content)
    if (known !== undefined) return known
    const row = Array.from(
      { length: size },
      (_, at) => centers[shows * size + at]! + random.normal(0, spread),
    )
    ofContent.set(content, row)
    return row
  })
  const copy = images.findIndex(({ path }) => path === 'dog/1.png')
  const original = images.findIndex(({ path }) => path === 'dog/0.png')
  for (let at = 0; at < size; at++) rows[copy * size + at] = rows[original * size + at]! + 0.001
  const lookOf = ({ picture }: Planted) => {
    const own = createRandom(picture.data.join())
    return Array.from({ length: 112 }, () => own.integer(16).toString(16)).join('')
  }
  return {
    paths: images.map(({ path }) => path),
    sha256: images.map(({ content }) => content),
    looks: images.map(lookOf),
    labels: Int32Array.from(images, ({ label }) => label),
    labelNames,
    widthPx: images.map(({ widthPx }) => widthPx),
    heightPx: images.map(() => 100),
    bytes: images.map(() => 1000),
    modifiedAt: images.map(() => 1),
    sides: Int32Array.from(images, ({ side: own }) => own),
    sideNames: ['train', 'test'],
    features: {
      source: featureSource(Float32Array.from(rows), size),
      isReadable: new Uint8Array(images.length).fill(1),
    },
    measures: images.map(({ picture }) => measurePicture(picture)),
    *readSignatures() {
      yield 1
      return (image) => signatureOf(images[image]!.picture)
    },
  }
}

const find = (input: FaultInput, kinds: readonly FindingKind[] = findingKinds) =>
  finish(
    findFaults(input, {
      ...{ kinds: new Set(kinds), limits: usualLimits, product: javascriptProduct },
      random: createRandom('findings'),
    }),
  )

describe('a set with one fault of each kind', () => {
  const images = plantedSet()
  const input = inputOf(images)
  const lists = find(input)
  const pathsOf = (kind: FindingKind) =>
    lists.findings.filter((one) => one.kind === kind).map(({ image }) => input.paths[image])

  it('lists what was planted', () => {
    expect(pathsOf('mislabel').slice(0, 2).sort()).toEqual(['bird/3.png', 'dog/5.png'])
    expect(pathsOf('identical').sort()).toEqual(['cat/0.png', 'cat/1.png'])
    expect(pathsOf('samePicture').sort()).toEqual(['dog/0.png', 'dog/1.png'])
    expect(new Set(pathsOf('leak'))).toEqual(
      new Set(['cat/0.png', 'cat/1.png', 'dog/0.png', 'dog/1.png']),
    )
    expect(pathsOf('outlier')).toContain('dog/9.png')
    expect(pathsOf('dark')).toEqual(['bird/6.png'])
    expect(pathsOf('light')).toEqual(['bird/7.png'])
    expect(pathsOf('blank').sort()).toEqual(['bird/6.png', 'bird/7.png'])
    expect(pathsOf('oddShape')).toEqual(['dog/7.png'])
    expect(pathsOf('tooFew')).toEqual(['dog/5.png'])
    const named = lists.findings.flatMap(({ evidence, image }) =>
      evidence.kind === 'labelName' ? [input.labels[image]!, evidence.other] : [],
    )
    expect(new Set(named.map((label) => labelNames[label]))).toEqual(new Set(['cat', 'Cat ']))
  })

  it('suggests the label of the neighbours, and one copy to keep', () => {
    const ofImage = (kind: FindingKind, path: string) =>
      lists.findings.find((one) => one.kind === kind && input.paths[one.image] === path)!
    expect(ofImage('mislabel', 'bird/3.png').suggestion).toBe(labelNames.indexOf('bird'))
    const copies = ['cat/0.png', 'cat/1.png'].map((path) => ofImage('identical', path))
    expect(new Set(copies.map(({ group }) => group)).size).toBe(1)
    expect(copies[0]!.evidence).toEqual(copies[1]!.evidence)
  })

  it('counts what it lists, kind by kind, and nothing that was not asked for', () => {
    for (const kind of findingKinds) expect(lists.counts[kind]).toBe(pathsOf(kind).length)
    const some = find(input, ['dark', 'tooFew'])
    expect(new Set(some.findings.map(({ kind }) => kind))).toEqual(new Set(['dark', 'tooFew']))
    expect(Object.keys(some.counts).sort()).toEqual(['dark', 'tooFew'])
  })

  it('says what a set has too little for', () => {
    const bare = { ...input, labels: input.labels.map(() => -1), sides: input.sides.map(() => -1) }
    const gaps = new Map(find(bare).gaps.map(({ kind, gap }) => [kind, gap]))
    expect(gaps.get('mislabel')).toBe('noLabels')
    expect(gaps.get('leak')).toBe('noSplit')
    const one = { ...input, labels: input.labels.map(() => 0) }
    expect(new Map(find(one).gaps.map(({ kind, gap }) => [kind, gap])).get('mislabel')).toBe(
      'oneLabel',
    )
  })

  it.each([1, 2])('goes through %i images', (count) => {
    const few = find(inputOf(images.slice(0, count)))
    expect(few.findings.every(({ image }) => image < count)).toBe(true)
    expect(few.gaps).toContainEqual({ kind: 'outlier', gap: 'fewImages' })
  })
})
