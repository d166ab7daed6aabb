import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/shared/errors'
import { createRandom, type Random } from '../../../../src/core/math/random'
import { samplers } from '../../../../src/core/samplers'
import { shareWithPartner } from '../../../../src/core/loop/samplerFit'

const labels = [
  ...Array(10).fill(0),
  ...Array(7).fill(1),
  ...Array(3).fill(2),
  ...Array(4).fill(3),
  4,
  5,
  -1,
]
const shape = { classesPerBatch: 3, imagesPerClass: 4 }
const byNumber = (one: number, other: number) => -Math.abs(one - other)

describe.each(samplers.names)('the sampler %s', (name) => {
  const start = (seed: number, given: readonly number[] = labels) =>
    samplers
      .get(name)
      .start({ labels: given, random: createRandom(seed), classSimilarity: byNumber }, shape)

  it('gives the same batches for the same seed and others for another', () => {
    const draw = (seed: number) => {
      const sampler = start(seed)
      return Array.from({ length: 12 }, () => Array.from(sampler.next().images))
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  it('never draws an image without a label', () => {
    const sampler = start(1)
    for (let step = 0; step < 40; step++) {
      sampler.next().images.forEach((image) => expect(labels[image]).toBeGreaterThanOrEqual(0))
    }
  })

  it('goes on from a state as if it had not stopped', () => {
    const sampler = start(3)
    for (let step = 0; step < sampler.batchesPerRound + 1; step++) sampler.next()
    const other = start(3)
    other.restore(sampler.state())
    for (let step = 0; step < 8; step++) expect(other.next()).toEqual(sampler.next())
  })

  it('says what is missing where no class has two images', () => {
    expect(() => start(1, [0, 1, 2])).toThrow(AppError)
    expect(() => start(1, [])).toThrow(/at least one label to two images/)
  })
})

describe('P classes x K images', () => {
  const start = (seed: number, given: readonly number[] = labels, options = shape) =>
    samplers.get('classesTimesImages').start({ labels: given, random: createRandom(seed) }, options)

  it('shows every labelled image in each round', () => {
    const sampler = start(1)
    for (let round = 0; round < 3; round++) {
      const seen = new Set<number>()
      const count = sampler.batchesPerRound
      for (let step = 0; step < count; step++) sampler.next().images.forEach((i) => seen.add(i))
      expect(seen.size).toBe(labels.length - 1)
    }
  })

  it('shows none twice before all were shown, where classes divide evenly', () => {
    const even = Array.from({ length: 96 }, (_, i) => i % 12)
    const sampler = start(1, even, { classesPerBatch: 4, imagesPerClass: 4 })
    expect(sampler.batchesPerRound).toBe(6)
    const seen = new Set<number>()
    for (let step = 0; step < 6; step++) {
      const { images, isCopy } = sampler.next()
      expect(images).toHaveLength(16)
      expect(new Set(Array.from(images, (image) => even[image])).size).toBe(4)
      expect(isCopy.every((flag) => flag === 0)).toBe(true)
      images.forEach((image) => {
        expect(seen.has(image)).toBe(false)
        seen.add(image)
      })
    }
    expect(seen.size).toBe(96)
  })

  it('fills classes smaller than K with copies, and marks them', () => {
    const sampler = start(1)
    let copies = 0
    for (let step = 0; step < sampler.batchesPerRound; step++) {
      const { images, isCopy } = sampler.next()
      const counts = new Map<number, number>()
      images.forEach((image, at) => {
        const label = labels[image]!
        counts.set(label, (counts.get(label) ?? 0) + 1)
        if (isCopy[at] === 1) {
          copies++
          expect(label).toBe(2)
        }
      })
      for (const [label, count] of counts) expect(count).toBe(label >= 4 ? 1 : 4)
    }
    expect(copies).toBeGreaterThan(0)
  })
})

describe('portions of a class', () => {
  /** Numbers drawn by chance for one round over two classes. */
  const draws = (imagesOfEach: number) => {
    let drawn = 0
    const counted = (random: Random): Random =>
      new Proxy(random, {
        get(target, name) {
          if (name === 'fork') return (key: string) => counted(target.fork(key))
          const value = Reflect.get(target, name) as unknown
          if (typeof value !== 'function') return value
          return (...given: unknown[]) => {
            const [first] = given
            drawn += Array.isArray(first) ? first.length : 1
            return (value as (...all: unknown[]) => unknown).apply(target, given)
          }
        },
      })
    const many = Array.from({ length: 2 * imagesOfEach }, (_, i) => i % 2)
    samplers
      .get('classesTimesImages')
      .start(
        { labels: many, random: counted(createRandom(1)) },
        { classesPerBatch: 2, imagesPerClass: 3 },
      )
    return drawn
  }

  it('take work that grows with the images, not with their square', () => {
    expect(draws(4000)).toBeLessThan(2.2 * draws(2000))
  })

  it('fill up the last one with other images of the class', () => {
    const sampler = start(7)
    const images: number[] = []
    for (let step = 0; step < sampler.batchesPerRound; step++) {
      images.push(...Array.from(sampler.next().images).filter((image) => image < 7))
    }
    expect(new Set(images).size).toBe(7)
    expect(images).toHaveLength(8)
    expect(new Set(images.slice(0, 4)).size + new Set(images.slice(4)).size).toBe(8)
  })

  const start = (count: number) =>
    samplers.get('classesTimesImages').start(
      {
        labels: Array.from({ length: 2 * count }, (_, i) => (i < count ? 0 : 1)),
        random: createRandom(5),
      },
      { classesPerBatch: 2, imagesPerClass: 4 },
    )
})

describe('a batch of each sampler', () => {
  /** Share of images with another one of their class in the batch, over many batches. */
  const shareOf = (name: string) => {
    const sampler = samplers
      .get(name)
      .start({ labels, random: createRandom(1), classSimilarity: byNumber }, shape)
    let partners = 0
    let images = 0
    for (let step = 0; step < 300; step++) {
      const drawn = Array.from(sampler.next().images)
      for (const [at, image] of drawn.entries()) {
        images++
        if (
          drawn.some((other, i) => i !== at && other !== image && labels[other] === labels[image])
        )
          partners++
      }
    }
    return partners / images
  }

  it.each(samplers.entries.filter(({ fillsClasses }) => fillsClasses).map(({ name }) => name))(
    'has partners where the sampler says so, but for classes of one image: %s',
    (name) => {
      expect(shareOf(name)).toBeGreaterThan(0.85)
    },
  )

  it.each(['uniform', 'classBalanced'])('has as many as are expected of it: %s', (sampler) => {
    const sizes = [10, 7, 3, 4, 1, 1]
    expect(shareOf(sampler)).toBeCloseTo(shareWithPartner(sizes, { sampler, ...shape }), 1)
  })

  it('holds classes alike often where the sampler draws classes', () => {
    const counts = (name: string) => {
      const sampler = samplers.get(name).start({ labels, random: createRandom(1) }, shape)
      const seen = new Map<number, number>()
      for (let step = 0; step < 300; step++) {
        for (const image of sampler.next().images) {
          seen.set(labels[image], (seen.get(labels[image]) ?? 0) + 1)
        }
      }
      return (seen.get(0) ?? 0) / (seen.get(5) ?? 1)
    }
    expect(counts('classBalanced')).toBeCloseTo(1, 0)
    expect(counts('uniform')).toBeGreaterThan(7)
  })
})

describe('confused classes together', () => {
  it('puts the most alike classes of the drawn one into its batch', () => {
    const many = Array.from({ length: 80 }, (_, i) => i % 20)
    const sampler = samplers.get('hardClasses').start(
      {
        labels: many,
        random: createRandom(1),
        classSimilarity: byNumber,
      },
      { classesPerBatch: 4, imagesPerClass: 2 },
    )
    for (let step = 0; step < 10; step++) {
      const classes = [...new Set(Array.from(sampler.next().images, (image) => many[image]!))]
      expect(classes).toHaveLength(4)
      expect(Math.abs(classes[0]! - classes[1]!)).toBe(1)
    }
  })

  it('compares no class with more than two thousand others', () => {
    const classes = 5000
    let asked = 0
    const sampler = samplers.get('hardClasses').start(
      {
        labels: Array.from({ length: 2 * classes }, (_, i) => i % classes),
        random: createRandom(1),
        classSimilarity: (one, other) => {
          asked++
          return byNumber(one, other)
        },
      },
      { classesPerBatch: 50, imagesPerClass: 2 },
    )
    expect(sampler.batchesPerRound).toBe(100)
    expect(asked).toBeGreaterThan(100 * 1900)
    expect(asked).toBeLessThanOrEqual(100 * 2000)
  })
})
