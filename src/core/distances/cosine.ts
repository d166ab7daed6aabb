import { innerProducts } from './bilinear'
import { defineDistance } from './distance'

export const cosine = defineDistance({
  name: 'cosine',
  title: { en: 'Cosine similarity', 'zh-CN': '余弦相似度' },
  description: {
    en: 'The cosine of the angle between two embeddings: 1 for the same direction, 0 for a right angle, -1 for opposite ones. Larger is closer.',
    'zh-CN': '两个嵌入夹角的余弦：同向为 1，垂直为 0，反向为 -1。值越大越相近。',
  },
  formula: 's(a, b) = \\frac{a \\cdot b}{|a| |b|}',
  source: 'Salton, McGill 1983',
  isSimilarity: true,
  normalizedByDefault: true,
  alwaysNormalized: true,
  unitRange: () => ({ least: -1, greatest: 1 }),
  unrelated: () => 0,
  compute: innerProducts,
})
