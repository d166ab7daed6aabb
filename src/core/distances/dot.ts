import { innerProducts } from './bilinear'
import { defineDistance } from './distance'

export const dot = defineDistance({
  name: 'dot',
  title: { en: 'Dot product', 'zh-CN': '点积' },
  description: {
    en: 'The inner product of the raw embeddings, so that their lengths count as well as their directions. Larger is closer.',
    'zh-CN': '原始嵌入的内积，既看方向也看长度。值越大越相近。',
  },
  formula: 's(a, b) = a \\cdot b',
  source: 'Sohn 2016; Rendle et al. 2009',
  isSimilarity: true,
  normalizedByDefault: false,
  unitRange: () => ({ least: -1, greatest: 1 }),
  unrelated: () => 0,
  compute: innerProducts,
})
