import { numberOption } from '../registry/options'
import { classRows } from './terms/classRows'
import { scaledSoftmax } from './terms/crossEntropy'
import { defineLoss } from './loss'

export const normalizedSoftmax = defineLoss({
  name: 'normalizedSoftmax',
  title: { en: 'Normalised softmax', 'zh-CN': '归一化 softmax 损失' },
  description: {
    en: 'Plain classification by the cosine to a trainable direction of each class, with a temperature. A sturdy baseline.',
    'zh-CN': '按图像与各类可训练方向的余弦（带温度）做普通分类。稳健的基线。',
  },
  formula: '-\\log \\frac{e^{S_y / t}}{\\sum_c e^{S_c / t}}',
  source: 'Zhai, Wu 2019',
  kind: 'classes',
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  referenceParameter: 'weights',
  options: {
    temperature: numberOption(0.05, 1e-3, 100, 'temperature t', '温度 t'),
  },
  parameters: (_, { classCount, dimension }) => [classRows('weights', [classCount, dimension])],
  evaluate: (context, { temperature }) => scaledSoftmax(context, 1 / temperature),
})
