import type { Random } from '../math/random'
import {
  batchOf,
  cutClass,
  drawPortion,
  labelledMembers,
  requirePairs,
  type Portion,
} from './portions'
import { batchShape, defineSampler, type SampledBatch } from './sampler'

export const classesTimesImages = defineSampler({
  name: 'classesTimesImages',
  title: { en: 'P classes x K images', 'zh-CN': 'P 类 × K 图' },
  description: {
    en: 'Each batch holds K images of each of P classes, so that every anchor has positives. All images come once in a round before any comes again, but for what fills up the last portion of a class. Classes of one image serve as negatives.',
    'zh-CN':
      '每批包含 P 个类别、每类 K 张图像，使每个锚点都有正样本。每轮中所有图像各出现一次（补足最后一份者除外）。只有一张图像的类别仅作负样本。',
  },
  source: 'Hermans, Beyer, Leibe 2017',
  fillsClasses: true,
  drawsClasses: false,
  options: batchShape,
  makeRound(context, { classesPerBatch, imagesPerClass }) {
    const members = labelledMembers(context)
    requirePairs(members)
    const classes = [...members].filter(([, images]) => images.length > 1)
    const singles = [...members].filter(([, images]) => images.length === 1).map(([, i]) => i[0]!)
    const perBatch = Math.min(classesPerBatch, classes.length)
    return (random) => {
      const queues = classes.map(([label, images]) =>
        cutClass(label, images, imagesPerClass, random),
      )
      const batches = schedule(queues, perBatch, random, (index) =>
        drawPortion(...classes[index]!, imagesPerClass, random),
      )
      return spreadSingles(batches, singles, perBatch, random)
    }
  },
})

/**
 * Deals portions into batches of distinct classes. A class with as many portions left as there are
 * batches must be in each of them; the other places are drawn, by portions left. What is missing
 * at the end of a round is filled with fresh portions of other classes.
 */
function schedule(
  queues: Portion[][],
  perBatch: number,
  random: Random,
  drawExtra: (classIndex: number) => Portion,
): Portion[][] {
  const total = queues.reduce((sum, queue) => sum + queue.length, 0)
  const longest = queues.reduce((most, queue) => Math.max(most, queue.length), 0)
  const count = Math.max(Math.ceil(total / perBatch), longest)
  const batches: Portion[][] = []
  for (let left = count; left > 0; left--) {
    const chosen = new Set<number>()
    queues.forEach((queue, index) => {
      if (queue.length >= left && chosen.size < perBatch) chosen.add(index)
    })
    drawByLength(queues, chosen, perBatch, random)
    if (chosen.size < perBatch) {
      const missing = Array.from(queues.keys()).filter((index) => !chosen.has(index))
      random.shuffle(missing)
      while (chosen.size < perBatch) chosen.add(missing.pop()!)
    }
    batches.push([...chosen].map((index) => queues[index]!.pop() ?? drawExtra(index)))
  }
  return random.shuffle(batches.map((_, index) => index)).map((index) => batches[index]!)
}

/** Adds classes that have portions left, each drawn in proportion to how many. */
function drawByLength(
  queues: readonly Portion[][],
  chosen: Set<number>,
  wanted: number,
  random: Random,
): void {
  let total = 0
  queues.forEach((queue, index) => {
    if (!chosen.has(index)) total += queue.length
  })
  while (chosen.size < wanted && total > 0) {
    let rest = random.integer(total)
    const index = queues.findIndex((queue, at) => {
      if (chosen.has(at)) return false
      rest -= queue.length
      return rest < 0
    })
    total -= queues[index]!.length
    chosen.add(index)
  }
}

function spreadSingles(
  batches: readonly Portion[][],
  singles: readonly number[],
  perBatch: number,
  random: Random,
): SampledBatch[] {
  const order = random.shuffle(singles.slice())
  const each = Math.min(perBatch, Math.ceil(order.length / batches.length))
  return batches.map((portions, index) =>
    batchOf(portions, order.slice(index * each, (index + 1) * each)),
  )
}
