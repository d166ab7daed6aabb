import type { Random } from '../math/random'
import { batchOf, drawPortion, labelledMembers, requirePairs } from './portions'
import { batchShape, defineSampler } from './sampler'

/** Classes that one is compared with at most: of very many some are like it among these as well. */
const mostCompared = 2000

function candidates(count: number, random: Random): number[] {
  const all = Array.from({ length: count }, (_, index) => index)
  return count <= mostCompared ? all : random.shuffle(all).slice(0, mostCompared)
}

export const hardClasses = defineSampler({
  name: 'hardClasses',
  title: { en: 'Confused classes together', 'zh-CN': '易混类别' },
  description: {
    en: 'Each batch holds K images of each of P classes: half of them the classes that look most like one that is drawn, by the features that training starts from, half drawn at random. Hard negatives without mining. Classes of one image are left out.',
    'zh-CN':
      '每批包含 P 个类别、每类 K 张图像：一半是按训练起始特征与随机抽中的某类最相似的类别，另一半随机抽取。无需挖掘即可得到困难负样本。只有一张图像的类别不参与。',
  },
  source: 'Sohn 2016 (hard negative class mining); Suh, Han, Kim, Lee 2019',
  fillsClasses: true,
  drawsClasses: true,
  usesSimilarity: true,
  options: batchShape,
  makeRound(context, { classesPerBatch, imagesPerClass }) {
    const members = labelledMembers(context)
    requirePairs(members)
    const classes = [...members].filter(([, images]) => images.length > 1)
    const total = classes.reduce((sum, [, images]) => sum + images.length, 0)
    const perBatch = Math.min(classesPerBatch, classes.length)
    const half = Math.ceil(perBatch / 2)
    const { classSimilarity } = context
    if (classSimilarity === undefined) throw new Error('It must be known which classes are alike')
    const known = new Map<number, readonly number[]>()
    /** The classes most like one, nearest first; found once, whatever the round. */
    const alike = (seed: number): readonly number[] => {
      const found =
        known.get(seed) ??
        candidates(classes.length, context.random.fork(`like ${seed}`))
          .filter((index) => index !== seed)
          .map((index) => ({
            index,
            value: classSimilarity(classes[seed]![0], classes[index]![0]),
          }))
          .sort((a, b) => b.value - a.value || a.index - b.index)
          .slice(0, half - 1)
          .map(({ index }) => index)
      known.set(seed, found)
      return found
    }
    return (random) => {
      const order = random.shuffle(classes.map((_, index) => index))
      const count = Math.max(1, Math.ceil(total / (perBatch * imagesPerClass)))
      return Array.from({ length: count }, (_, batch) => {
        const seed = order[batch % order.length]!
        const chosen = new Set([seed, ...alike(seed)])
        const others = random.shuffle(classes.map((_, index) => index))
        for (const index of others) {
          if (chosen.size >= perBatch) break
          chosen.add(index)
        }
        return batchOf(
          [...chosen].map((index) => drawPortion(...classes[index]!, imagesPerClass, random)),
          [],
        )
      })
    }
  },
})
