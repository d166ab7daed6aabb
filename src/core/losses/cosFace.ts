import { marginOption, numberOption } from '../registry/options'
import { classRows } from './terms/classRows'
import { marginSoftmax } from './terms/crossEntropy'
import { defineLoss } from './loss'

export const cosFace = defineLoss({
  name: 'cosFace',
  title: { en: 'CosFace', 'zh-CN': 'CosFace 损失' },
  description: {
    en: 'Classifies by the cosine to a trainable direction of each class, and asks the own cosine to be larger by a margin.',
    'zh-CN': '按图像与各类可训练方向的余弦分类，并要求与本类的余弦再大一个间隔。',
  },
  formula: '-\\log \\frac{e^{s (S_y - m)}}{e^{s (S_y - m)} + \\sum_{c \\neq y} e^{s S_c}}',
  source: 'Wang, Wang, Zhou, Ji, Gong, Zhou, Li, Liu 2018',
  kind: 'classes',
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  referenceParameter: 'weights',
  options: {
    margin: marginOption('cosine', 0.35, -10, 10, 'margin m', '间隔 m'),
    scale: numberOption(64, 1e-3, 1e4, 'scale s', '缩放系数 s'),
  },
  parameters: (_, { classCount, dimension }) => [classRows('weights', [classCount, dimension])],
  evaluate: (context, { margin, scale }) =>
    marginSoftmax(context, scale, (similarity) => ({ value: similarity - margin, slope: 1 })),
})
