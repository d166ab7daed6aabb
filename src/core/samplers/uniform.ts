import { batchOf, labelledMembers, requirePairs } from './portions'
import { batchShape, defineSampler, type SampledBatch } from './sampler'

export const uniform = defineSampler({
  name: 'uniform',
  title: { en: 'Uniform', 'zh-CN': '均匀' },
  description: {
    en: 'All images in random order, P x K at a time, whatever their class. With many classes few images of a batch have a positive.',
    'zh-CN':
      '所有图像随机排列，每次取 P × K 张，不考虑类别。类别很多时，批次中有正样本的图像很少。',
  },
  source: 'baseline',
  fillsClasses: false,
  drawsClasses: false,
  options: batchShape,
  makeRound(context, { classesPerBatch, imagesPerClass }) {
    const members = labelledMembers(context)
    requirePairs(members)
    const images = [...members.values()].flat().sort((a, b) => a - b)
    const size = Math.min(classesPerBatch * imagesPerClass, images.length)
    return (random) => {
      const order = random.shuffle(images.slice())
      const batches: SampledBatch[] = []
      for (let from = 0; from < order.length; from += size) {
        // The last batch is as large as the others: it takes from the front of the round again.
        const batch = order.slice(from, from + size)
        for (let k = 0; batch.length < size; k++) batch.push(order[k]!)
        batches.push(batchOf([], batch))
      }
      return batches
    }
  },
})
