import { marginOption, numberOption } from '../registry/options'
import { angularMargin } from './terms/angularMargin'
import { classRows } from './terms/classRows'
import { marginSoftmax } from './terms/crossEntropy'
import { defineLoss } from './loss'

export const arcFace = defineLoss({
  name: 'arcFace',
  title: { en: 'ArcFace', 'zh-CN': 'ArcFace 损失' },
  description: {
    en: 'Classifies by the angle to a trainable direction of each class, and asks the own angle to be smaller by a margin in degrees. Standard for faces; the directions like a rate about 100 times that of the network.',
    'zh-CN':
      '按图像与各类可训练方向的夹角分类，并要求与本类的夹角再小一个角度间隔。人脸识别的常用方法；类别方向宜用约 100 倍于网络的学习率。',
  },
  formula:
    '-\\log \\frac{e^{s \\cos(\\theta_y + m)}}{e^{s \\cos(\\theta_y + m)} + \\sum_{c \\neq y} e^{s \\cos\\theta_c}}',
  source: 'Deng, Guo, Xue, Zafeiriou 2019',
  kind: 'classes',
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  referenceParameter: 'weights',
  options: {
    margin: marginOption('degrees', 28.6, 0, 180, 'margin m', '间隔'),
    scale: numberOption(64, 1e-3, 1e4, 'scale s', '缩放系数 s'),
  },
  parameters: (_, { classCount, dimension }) => [classRows('weights', [classCount, dimension])],
  evaluate: (context, { margin, scale }) => marginSoftmax(context, scale, angularMargin(margin)),
})
