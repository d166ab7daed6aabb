import { numberOption } from '../registry/options'
import { classRows } from './terms/classRows'
import { scaledSoftmax } from './terms/crossEntropy'
import { defineLoss } from './loss'

export const proxyNCA = defineLoss({
  name: 'proxyNCA',
  title: { en: 'Proxy-NCA', 'zh-CN': 'Proxy-NCA 损失' },
  description: {
    en: 'Gives each class a trainable representative (proxy) and asks each image to be nearer to its own than to the others. Needs no mining.',
    'zh-CN':
      '为每个类别设一个可训练的代表（代理），要求图像离自己类别的代理比其他代理更近。无需挖掘。',
  },
  formula: '-\\log \\frac{e^{-s |x - p_y|^2}}{\\sum_c e^{-s |x - p_c|^2}}',
  source: 'Movshovitz-Attias, Toshev, Leung, Ioffe, Singh 2017',
  kind: 'classes',
  distance: 'squaredEuclidean',
  distances: ['squaredEuclidean'],
  normalizedByDefault: true,
  reducer: 'mean',
  referenceParameter: 'proxies',
  options: {
    scale: numberOption(1, 1e-3, 1e4, 'scale s', '缩放系数 s'),
  },
  parameters: (_, { classCount, dimension }) => [classRows('proxies', [classCount, dimension])],
  evaluate: (context, { scale }) => scaledSoftmax(context, -scale),
})
