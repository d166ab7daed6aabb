import { choiceOption, integerOption } from '../registry/options'
import { defineLoss } from './loss'

/** @param inside names of the losses that can look beyond their batch */
export const crossBatchMemory = (inside: readonly string[]) =>
  defineLoss({
    name: 'crossBatchMemory',
    title: { en: 'Cross-batch memory', 'zh-CN': '跨批次记忆' },
    description: {
      en: 'Wraps another loss: each image of the batch is compared with the last embeddings of a queue instead of with its own batch only, so that a small batch sees as many pairs as a large one.',
      'zh-CN':
        '包装另一个损失：批次中的图像与队列中最近的嵌入比较，而不仅限于本批次，使小批次也能看到与大批次同样多的样本对。',
    },
    formula: 'L(\\text{batch}, \\text{queue})',
    source: 'Wang, Zhang, Huang, Scott 2020',
    kind: 'pairs',
    wraps: 'loss',
    distance: 'euclidean',
    reducer: null,
    options: {
      loss: choiceOption(
        'contrastive',
        inside,
        'the loss inside, with its own options',
        '内部损失',
      ),
      memorySize: integerOption(1024, 1, 1_000_000, 'length of the queue', '队列长度'),
    },
    evaluate() {
      throw new Error('crossBatchMemory wraps a loss: computeLoss evaluates that one')
    },
  })
