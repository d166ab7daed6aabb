import type { Bilingual } from '../../shared/model/bilingual'
import type { TrainingOptions } from '../../shared/model/training'
import { losses } from '../losses'
import { miners } from '../miners'
import { samplers } from '../samplers'
import { innermostLoss, type LossOptions } from '../objective/lossChoice'

type BatchOptions = Pick<TrainingOptions, 'sampler' | 'classesPerBatch' | 'imagesPerClass'>

export const defaultSampler = 'classesTimesImages'
export const samplerOf = ({ sampler = defaultSampler }: Pick<TrainingOptions, 'sampler'>): string =>
  sampler

/** Whether the loss, or one that is added to it, compares images of one batch with each other. */
function comparesWithinBatch({ loss, addedLosses, miner }: LossOptions): boolean {
  const looksBeyond =
    losses.get(loss.name).wraps !== null || (miner !== null && miners.get(miner.name).usesMemory)
  return [...(looksBeyond ? [] : [loss]), ...addedLosses].some(
    (one) => losses.get(innermostLoss(one).name).kind !== 'classes',
  )
}

/** Images of a batch: of the classes with two images or more, P at most. */
const batchSizeOf = (sizes: readonly number[], options: BatchOptions): number =>
  Math.min(options.classesPerBatch, sizes.filter((size) => size > 1).length) *
  options.imagesPerClass

/**
 * Share of the images of a batch that have another one of their class in it, on average.
 * @param sizes training images of each class
 */
export function shareWithPartner(sizes: readonly number[], options: BatchOptions): number {
  const { fillsClasses, drawsClasses } = samplers.get(samplerOf(options))
  if (fillsClasses) return 1
  const there = sizes.filter((size) => size > 0)
  const total = there.reduce((sum, size) => sum + size, 0)
  const others = Math.min(batchSizeOf(sizes, options), total) - 1
  let share = 0
  for (const size of there) {
    const ofClass = drawsClasses ? 1 / there.length : size / total
    // Of another place in the batch to hold another image of the class.
    const chance = drawsClasses
      ? (size - 1) / size / there.length
      : (size - 1) / Math.max(1, total - 1)
    share += ofClass * (1 - (1 - chance) ** others)
  }
  return share
}

/** What a sampler says of a run: why it cannot train by it, or that its loss gets little of it. */
export function samplerProblem(
  options: BatchOptions & LossOptions & Pick<TrainingOptions, 'network'>,
  sizes: readonly number[],
): { readonly reason: Bilingual | null; readonly hasFewPartners: boolean } {
  const name = samplerOf(options)
  const { title, usesSimilarity } = samplers.get(name)
  if (usesSimilarity && options.network !== 'frozen') {
    return {
      reason: {
        en: `The sampler ${name} draws labels that look alike together, and knows which do from the frozen features, which a network from the pixels has not. Choose ${defaultSampler}.`,
        'zh-CN': `采样器“${title['zh-CN']}”把外观相似的标签放在一起，这要由冻结特征得知，而从像素训练的网络没有冻结特征。请改用“${samplers.get(defaultSampler).title['zh-CN']}”。`,
      },
      hasFewPartners: false,
    }
  }
  if (!comparesWithinBatch(options)) return { reason: null, hasFewPartners: false }
  const share = shareWithPartner(sizes, options)
  const batch = batchSizeOf(sizes, options)
  if (share * batch >= 2) return { reason: null, hasFewPartners: share < 0.5 }
  const loss = innermostLoss(options.loss).name
  return {
    reason: {
      en: `With the sampler ${name} most batches of ${batch} images hold no two of one label, and the loss ${loss} learns from such pairs. Choose ${defaultSampler}, a larger batch, or a loss with class representatives.`,
      'zh-CN': `使用采样器“${title['zh-CN']}”时，多数 ${batch} 张图像的批次里没有两张同标签的图像，而损失 ${loss} 要靠这样的样本对学习。请改用“${samplers.get(defaultSampler).title['zh-CN']}”、更大的批次，或带类别代表的损失。`,
    },
    hasFewPartners: true,
  }
}
