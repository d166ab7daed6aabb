import { marginOption, numberOption } from '../registry/options'
import { defineLoss } from './loss'
import { pairAgainstNegatives } from './terms/pairAgainstNegatives'

/** Below this 1 - cos^2 is float32 noise, and the angle is taken as 0. */
const angleNoise = 1e-6

export const tuplet = defineLoss({
  name: 'tuplet',
  title: { en: 'Tuplet margin', 'zh-CN': '元组间隔损失' },
  description: {
    en: 'Like NT-Xent, but the angle to the positive is eased by a few degrees, so that a class is not squeezed into one point.',
    'zh-CN': '类似 NT-Xent，但与正样本的夹角放宽几度，避免把一个类别挤成一点。',
  },
  formula: '\\log(1 + \\sum_n e^{s (\\cos\\theta_{an} - \\cos(\\theta_{ap} - m))})',
  source: 'Yu, Tao 2019',
  kind: 'pairs',
  takesMemory: true,
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'mean',
  madeFor: ['everything', 'hardestNegatives', 'informativePairs', 'easyHardPairs'],
  options: {
    margin: marginOption('degrees', 5.73, -180, 180, 'margin m', '间隔'),
    scale: numberOption(64, 1e-3, 1e4, 'scale s', '缩放系数 s'),
  },
  evaluate(context, { margin, scale }) {
    const cosMargin = Math.cos((margin * Math.PI) / 180)
    const sinMargin = Math.sin((margin * Math.PI) / 180)
    return pairAgainstNegatives(context, scale, (cosine, derivative) => {
      const square = 1 - cosine * cosine
      const sine = square > angleNoise ? Math.sqrt(square) : 0
      derivative[0] = scale * (cosMargin - (sine > 0 ? (cosine / sine) * sinMargin : 0))
      return scale * (cosine * cosMargin + sine * sinMargin)
    })
  },
})
