import { marginOption } from '../registry/options'
import { hingePairs } from './terms/hingePairs'
import { defineLoss } from './loss'

export const tcm = defineLoss({
  name: 'tcm',
  title: { en: 'Threshold consistency', 'zh-CN': '阈值一致性间隔' },
  description: {
    en: 'A term to add to another loss: pulls positives under one similarity and pushes negatives over another, the same for all classes, so that one threshold serves them all.',
    'zh-CN':
      '宜加到其他损失上：以对所有类别相同的界限，拉近相似度过低的正样本，推开相似度过高的负样本，使同一阈值适用于所有类别。',
  },
  formula:
    '\\frac{1}{|P^-|} \\sum_{P^-} (m_p - S_{ap}) + \\frac{1}{|N^+|} \\sum_{N^+} (S_{an} - m_n), \\quad P^- = \\{S_{ap} \\leq m_p\\}, \\; N^+ = \\{S_{an} \\geq m_n\\}',
  source: 'Zhang et al. 2024',
  kind: 'pairs',
  distance: 'cosine',
  distances: ['cosine'],
  reducer: 'avgNonZero',
  options: {
    positiveMargin: marginOption(
      'cosine',
      0.9,
      -1,
      1,
      'positives below it count',
      '低于此值的正样本计入',
    ),
    negativeMargin: marginOption(
      'cosine',
      0.5,
      -1,
      1,
      'negatives above it count',
      '高于此值的负样本计入',
    ),
  },
  evaluate: (context, { positiveMargin, negativeMargin }) =>
    hingePairs(context, positiveMargin, negativeMargin),
})
