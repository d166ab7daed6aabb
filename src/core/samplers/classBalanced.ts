import { batchOf, labelledMembers, requirePairs } from './portions'
import { batchShape, defineSampler } from './sampler'

export const classBalanced = defineSampler({
  name: 'classBalanced',
  title: { en: 'Class-balanced', 'zh-CN': '类别均衡' },
  description: {
    en: 'Draws a class, then one of its images, P x K times, so that rare classes are seen as often as common ones.',
    'zh-CN': '先抽类别，再抽该类的一张图像，重复 P × K 次，使少见类别与常见类别出现次数相同。',
  },
  source: 'baseline',
  fillsClasses: false,
  drawsClasses: true,
  options: batchShape,
  makeRound(context, { classesPerBatch, imagesPerClass }) {
    const members = labelledMembers(context)
    requirePairs(members)
    const classes = [...members.values()]
    const total = classes.reduce((sum, images) => sum + images.length, 0)
    const size = classesPerBatch * imagesPerClass
    return (random) =>
      Array.from({ length: Math.max(1, Math.ceil(total / size)) }, () => {
        const drawn = Array.from({ length: size }, () => {
          const images = classes[random.integer(classes.length)]!
          return images[random.integer(images.length)]!
        })
        const batch = batchOf([], drawn)
        const seen = new Set<number>()
        batch.images.forEach((image, at) => {
          if (seen.has(image)) batch.isCopy[at] = 1
          seen.add(image)
        })
        return batch
      })
  },
})
