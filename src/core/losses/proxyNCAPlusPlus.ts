import { numberOption } from '../registry/options'
import { classRows } from './terms/classRows'
import { scaledSoftmax } from './terms/crossEntropy'
import { defineLoss } from './loss'

export const proxyNCAPlusPlus = defineLoss({
  name: 'proxyNCAPlusPlus',
  title: { en: 'Proxy-NCA++', 'zh-CN': 'Proxy-NCA++ 损失' },
  description: {
    en: 'Proxy-NCA with a low temperature: the own proxy shall be the nearest of all, and the nearest of the others push most. Its authors also raise the rate of the proxies and draw classes evenly.',
    'zh-CN':
      '低温度的 Proxy-NCA：要求本类代理在全部代理中最近，其余代理中越近的推力越大。作者还提高了代理的学习率，并均匀抽取类别。',
  },
  formula: '-\\log \\frac{e^{-|x - p_y|^2 / t}}{\\sum_c e^{-|x - p_c|^2 / t}}',
  source: 'Teh, DeVries, Taylor 2020',
  kind: 'classes',
  distance: 'squaredEuclidean',
  distances: ['squaredEuclidean'],
  normalizedByDefault: true,
  reducer: 'mean',
  referenceParameter: 'proxies',
  options: {
    temperature: numberOption(
      0.111,
      1e-3,
      100,
      'temperature t, 1/9 as its authors have it',
      '温度 t（作者取 1/9）',
    ),
  },
  parameters: (_, { classCount, dimension }) => [classRows('proxies', [classCount, dimension])],
  evaluate: (context, { temperature }) => scaledSoftmax(context, -1 / temperature),
})
