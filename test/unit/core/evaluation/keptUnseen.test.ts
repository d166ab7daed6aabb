import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  imageDraw,
  keepUnseen,
  type KeptUnseen,
  labelDraw,
  side,
} from '../../../../src/core/evaluation/keptUnseen'

/** An image as a person sees it. */
interface Picture {
  readonly name: string
  readonly label: string | null
  readonly content: string
}
interface Kept {
  readonly split: KeptUnseen
  readonly labels: ReadonlyMap<string, number>
  readonly images: ReadonlyMap<string, number>
}

/** Divides pictures as a dataset is: numbers by the order in which labels appear, keys by name. */
function divide(
  pictures: readonly Picture[],
  kind: 'byClass' | 'byImage',
  seed: number,
  kept?: Kept,
): Kept & { readonly part: (picture: Picture) => number } {
  const names = [...new Set(pictures.flatMap(({ label }) => (label === null ? [] : [label])))]
  const split = keepUnseen({
    kind,
    labels: pictures.map(({ label }) => (label === null ? -1 : names.indexOf(label))),
    labelKeys: names,
    contents: pictures.map(({ content }) => content),
    testShare: 0.2,
    seed,
    ...(kept === undefined
      ? {}
      : {
          known: {
            labels: Uint8Array.from(names, (name) => kept.labels.get(name) ?? side.unknown),
            images: Uint8Array.from(pictures, ({ name }) => kept.images.get(name) ?? side.unknown),
          },
        }),
  })
  const labels = new Map(kept?.labels)
  names.forEach((name, i) => labels.set(name, split.labelSides[i]!))
  const images = new Map(kept?.images)
  pictures.forEach(({ name }, i) => {
    if (split.imageSides[i] !== side.unknown) images.set(name, split.imageSides[i]!)
  })
  return {
    split,
    labels,
    images,
    part: (picture) => split.parts[pictures.indexOf(picture)] ?? -1,
  }
}

const picture = (label: string | null, n: number, content = `c${n}`): Picture => ({
  name: `p${n}`,
  label,
  content,
})
/** Labels of two to nine images each, some pictures of the same content. */
const folder = fc
  .array(fc.integer({ min: 2, max: 9 }), { minLength: 8, maxLength: 30 })
  .chain((sizes) => {
    const count = sizes.reduce((a, b) => a + b, 0)
    return fc
      .array(fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }), {
        minLength: count,
        maxLength: count,
      })
      .map((twins) => {
        let n = 0
        return sizes.flatMap((size, label) =>
          Array.from({ length: size }, () => {
            const twin = twins[n] ?? null
            n++
            return picture(`label ${label}`, n, twin === null ? `c${n}` : `twin ${twin}`)
          }),
        )
      })
  })
const kinds = fc.constantFrom('byClass' as const, 'byImage' as const)
const where = fc.nat()

/** Everything that may happen to a folder, with the pictures that it happens to. */
type Change = (
  pictures: readonly Picture[],
  at: number,
  to: number,
) => { readonly after: Picture[]; readonly touched: ReadonlySet<string> }
const labelsOf = (pictures: readonly Picture[]) => [...new Set(pictures.map((p) => p.label!))]
const changes: Readonly<Record<string, Change>> = {
  relabel(pictures, at, to) {
    const one = pictures[at % pictures.length]!
    const names = labelsOf(pictures)
    const label = names[to % names.length]!
    return {
      after: pictures.map((p) => (p === one ? { ...p, label } : p)),
      touched: new Set([one.name]),
    }
  },
  relabelToANewLabel(pictures, at) {
    const one = pictures[at % pictures.length]!
    return {
      after: pictures.map((p) => (p === one ? { ...p, label: 'new' } : p)),
      touched: new Set([one.name]),
    }
  },
  add(pictures, at) {
    const label = labelsOf(pictures)[at % labelsOf(pictures).length]!
    const added = picture(label, 1000)
    return { after: [added, ...pictures], touched: new Set([added.name]) }
  },
  addANearDuplicate(pictures, at, to) {
    const label = labelsOf(pictures)[at % labelsOf(pictures).length]!
    const added = picture(label, 1000, pictures[to % pictures.length]!.content)
    return { after: [...pictures, added], touched: new Set([added.name]) }
  },
  addLabels(pictures) {
    const added = Array.from({ length: 12 }, (_, i) => picture(`new ${i >> 2}`, 1000 + i))
    return { after: [...added, ...pictures], touched: new Set(added.map(({ name }) => name)) }
  },
  exclude(pictures, at) {
    const one = pictures[at % pictures.length]!
    return {
      after: pictures.map((p) => (p === one ? { ...p, label: null } : p)),
      touched: new Set([one.name]),
    }
  },
  remove(pictures, at) {
    const one = pictures[at % pictures.length]!
    return { after: pictures.filter((p) => p !== one), touched: new Set([one.name]) }
  },
  removeALabel(pictures, at) {
    const label = labelsOf(pictures)[at % labelsOf(pictures).length]!
    const gone = pictures.filter((p) => p.label === label)
    return {
      after: pictures.filter((p) => p.label !== label),
      touched: new Set(gone.map(({ name }) => name)),
    }
  },
  merge(pictures, at, to) {
    const names = labelsOf(pictures)
    const from = names[at % names.length]!
    const into = names[to % names.length]!
    const gone = pictures.filter((p) => p.label === from)
    return {
      after: pictures.map((p) => (p.label === from ? { ...p, label: into } : p)),
      touched: new Set(gone.map(({ name }) => name)),
    }
  },
  moveTheFiles(pictures) {
    return { after: pictures.toReversed(), touched: new Set() }
  },
}

describe('what is kept unseen', () => {
  it.each(Object.keys(changes))('stays for all other images: %s', (name) => {
    fc.assert(
      fc.property(folder, kinds, fc.integer(), where, where, (pictures, kind, seed, at, to) => {
        const before = divide(pictures, kind, seed)
        const { after, touched } = changes[name]!(pictures, at, to)
        const again = divide(after, kind, seed, before)
        const labelled = (label: string, all: readonly Picture[]) =>
          all.filter((p) => p.label === label).length
        for (const p of pictures) {
          const now = after.find(({ name }) => name === p.name)
          if (touched.has(p.name) || now === undefined || before.part(p) !== side.unseen) continue
          // A label of whose images one is left has nothing to find: it alone is concerned.
          if (kind === 'byClass' && labelled(now.label!, after) < 2) continue
          expect(again.part(now)).toBe(side.unseen)
        }
        // And nobody else comes into the test, unless too little was left to test on.
        const tested = labelsOf(
          after.filter((p) => p.label !== null && again.part(p) === side.unseen),
        )
        for (const p of after) {
          const was = pictures.find(({ name }) => name === p.name)
          if (was === undefined || touched.has(p.name) || again.part(p) !== side.unseen) continue
          if (before.part(was) === side.unseen || tested.length <= 2) continue
          if (kind === 'byClass') {
            // Only a label that waited for its second image.
            expect(before.labels.get(p.label!)).toBe(side.unseen)
            expect(labelled(p.label!, pictures)).toBe(1)
          } else expect(before.images.get(p.name)).toBe(side.unseen)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('is the same for a fresh look at the folder, wherever the draw alone gives enough', () => {
    fc.assert(
      fc.property(folder, fc.integer(), where, where, (pictures, seed, at, to) => {
        const drawn = (all: readonly Picture[]) =>
          labelsOf(all).filter((label) => labelDraw(seed, label) < 0.2)
        const { after } = changes['relabel']!(pictures, at, to)
        const enough = (all: readonly Picture[]) =>
          drawn(all).filter((label) => all.filter((p) => p.label === label).length > 1).length >= 2
        fc.pre(enough(pictures) && enough(after))
        const [first, second] = [pictures, after].map((all) => divide(all, 'byClass', seed))
        for (const label of labelsOf(after)) {
          if (first!.labels.has(label)) {
            expect(second!.labels.get(label)).toBe(first!.labels.get(label))
          }
        }
      }),
    )
  })

  it('never shares a label or a content with training, and loses nobody silently', () => {
    fc.assert(
      fc.property(folder, kinds, fc.integer(), (pictures, kind, seed) => {
        const { split } = divide(pictures, kind, seed)
        const of = (part: number) => pictures.filter((_, i) => split.parts[i] === part)
        const [train, test] = [of(1), of(2)]
        const trained = new Set(train.map(({ content }) => content))
        for (const { content } of test) expect(trained.has(content)).toBe(false)
        if (kind === 'byClass') {
          const labels = new Set(train.map(({ label }) => label))
          for (const { label } of test) expect(labels.has(label)).toBe(false)
        }
        expect(train.length + test.length + split.leftOut.length).toBe(pictures.length)
        expect([...split.leftOut].every((i) => split.parts[i] === 0)).toBe(true)
      }),
    )
  })

  it('leaves two labels on either side where there are four', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), fc.integer(), (count, seed) => {
        const pictures = Array.from({ length: 3 * count }, (_, i) => picture(`l${i % count}`, i))
        const { labels } = divide(pictures, 'byClass', seed)
        const unseen = [...labels.values()].filter((of) => of === side.unseen).length
        expect(unseen).toBeGreaterThanOrEqual(2)
        expect(count - unseen).toBeGreaterThanOrEqual(2)
      }),
    )
  })

  it('takes about the share, and another seed takes others', () => {
    const pictures = Array.from({ length: 4000 }, (_, i) => picture(`l${i % 1000}`, i))
    const unseen = (seed: number) =>
      [...divide(pictures, 'byClass', seed).labels].filter(([, of]) => of === side.unseen)
    // Binomial: 200 with a standard deviation of 12.6.
    expect(Math.abs(unseen(1).length - 200)).toBeLessThan(51)
    expect(unseen(1)).toEqual(unseen(1))
    expect(unseen(2)).not.toEqual(unseen(1))
  })

  it('by image leaves two images of each label of four on either side', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 12 }), fc.integer(), (size, seed) => {
        const pictures = Array.from({ length: 3 * size }, (_, i) => picture(`l${i % 3}`, i))
        const { split } = divide(pictures, 'byImage', seed)
        for (const label of ['l0', 'l1', 'l2']) {
          const parts = pictures.flatMap((p, i) => (p.label === label ? [split.parts[i]] : []))
          expect(parts.filter((part) => part === 1).length).toBeGreaterThanOrEqual(2)
          expect(parts.filter((part) => part === 2).length).toBeGreaterThanOrEqual(2)
        }
      }),
    )
  })

  it('by image a new near-duplicate goes with the one that is known', () => {
    const pictures = Array.from({ length: 40 }, (_, i) => picture(`l${i % 2}`, i))
    const before = divide(pictures, 'byImage', 1)
    const twins = pictures.map((p, i) => picture(p.label, 100 + i, p.content))
    const after = divide([...twins, ...pictures], 'byImage', 1, before)
    twins.forEach((twin, i) => expect(after.part(twin)).toBe(before.part(pictures[i]!)))
    expect(after.split.leftOut).toHaveLength(0)
  })

  it('a label of the unseen side trains while it has a single image, and says so', () => {
    const seed = 4
    const single = Array.from({ length: 50 }, (_, i) => `single ${i}`).find(
      (name) => labelDraw(seed, name) < 0.2,
    )!
    const others = Array.from({ length: 60 }, (_, i) => picture(`l${i % 20}`, i))
    const one = picture(single, 500)
    const before = divide([...others, one], 'byClass', seed)
    expect(before.part(one)).toBe(side.train)
    expect(before.split.waitingLabels).toBe(1)
    expect(before.labels.get(single)).toBe(side.unseen)
    const second = picture(single, 501)
    const after = divide([...others, one, second], 'byClass', seed, before)
    expect([after.part(one), after.part(second)]).toEqual([side.unseen, side.unseen])
    for (const p of others) expect(after.part(p)).toBe(before.part(p))
  })

  it('two labels merged across the split are where the one that stays is', () => {
    const pictures = Array.from({ length: 60 }, (_, i) => picture(`l${i % 20}`, i))
    const before = divide(pictures, 'byClass', 1)
    const on = (of: number) => [...before.labels].find(([, known]) => known === of)![0]
    for (const [from, into] of [
      [on(side.unseen), on(side.train)],
      [on(side.train), on(side.unseen)],
    ] as const) {
      const merged = pictures.map((p) => (p.label === from ? { ...p, label: into } : p))
      const after = divide(merged, 'byClass', 1, before)
      for (const p of merged) {
        if (p.label === into) expect(after.part(p)).toBe(before.labels.get(into))
      }
    }
  })

  it('by hand moves nothing by itself', () => {
    const labelKeys = ['a', 'b', 'c', 'd', 'e']
    const { labelSides } = keepUnseen({
      kind: 'byClass',
      labels: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4],
      labelKeys,
      contents: Array.from({ length: 10 }, (_, i) => `c${i}`),
      testShare: 0.2,
      seed: 1,
      known: { labels: Uint8Array.of(2, 1, 1, 1, 1), isByHand: true },
    })
    expect([...labelSides]).toEqual([2, 1, 1, 1, 1])
  })

  it('draws images evenly too', () => {
    const below = Array.from({ length: 5000 }, (_, i) =>
      imageDraw(9, i.toString(16).padStart(64, '0')),
    ).filter((draw) => draw < 0.2).length
    // 1,000 with a standard deviation of 28.
    expect(Math.abs(below - 1000)).toBeLessThan(115)
  })
})
