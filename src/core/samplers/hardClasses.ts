import { batchOf, drawPortion, labelledMembers, requirePairs } from './portions'
import { batchShape, defineSampler } from './sampler'

export const hardClasses = defineSampler({
  name: 'hardClasses',
  title: { en: 'Confused classes together', 'zh-CN': '易混类别' },
  description: {
    en: 'Half of a batch are the classes that are most alike to one drawn class at present, the other half are drawn at random: hard negatives without mining. Until it is known which classes are alike, all are drawn at random.',
    'zh-CN':
      '一半类别取当前与随机抽中的某类最相似者，另一半随机抽取：无需挖掘即可得到困难负样本。在尚不知哪些类别相似时全部随机。',
  },
  source: 'Sohn 2016 (hard negative class mining); Suh, Han, Kim, Lee 2019',
  options: batchShape,
  makeRound(context, { classesPerBatch, imagesPerClass }) {
    const members = labelledMembers(context)
    requirePairs(members)
    const classes = [...members].filter(([, images]) => images.length > 1)
    const total = classes.reduce((sum, [, images]) => sum + images.length, 0)
    const perBatch = Math.min(classesPerBatch, classes.length)
    const { classSimilarity } = context
    return (random) => {
      const order = random.shuffle(classes.map((_, index) => index))
      const count = Math.max(1, Math.ceil(total / (perBatch * imagesPerClass)))
      return Array.from({ length: count }, (_, batch) => {
        const seed = order[batch % order.length]!
        const chosen = new Set([seed])
        if (classSimilarity !== undefined) {
          const [label] = classes[seed]!
          const ranked = classes
            .map(([other], index) => ({ index, value: classSimilarity(label, other) }))
            .filter(({ index }) => index !== seed)
            .sort((a, b) => b.value - a.value || a.index - b.index)
          const half = Math.ceil(perBatch / 2)
          for (const { index } of ranked) {
            if (chosen.size >= half) break
            chosen.add(index)
          }
        }
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
