import { integerOption } from '../registry/options'
import { mineHardest } from './mineHardest'
import { defineMiner } from './miner'

export const memoryBankHard = defineMiner({
  name: 'memoryBankHard',
  selects: 'rememberedTriplets',
  title: { en: 'Hardest of a memory', 'zh-CN': '记忆库最难' },
  description: {
    en: 'Batch hard, but positives and negatives come from a queue of the last embeddings, so that small batches find hard ones too.',
    'zh-CN': '与“批内最难”相同，但正负样本来自最近嵌入的队列，小批次也能找到困难样本。',
  },
  source: 'Wang, Zhang, Huang, Scott 2020; Hermans, Beyer, Leibe 2017',
  distance: 'euclidean',
  usesMemory: true,
  options: {
    memorySize: integerOption(1024, 1, 1_000_000, 'length of the queue', '队列长度'),
  },
  mine: mineHardest,
})
