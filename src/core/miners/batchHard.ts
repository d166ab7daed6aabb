import { mineHardest } from './mineHardest'
import { defineMiner } from './miner'

export const batchHard = defineMiner({
  name: 'batchHard',
  selects: 'hardestTriplets',
  takesHardest: true,
  title: { en: 'Batch hard', 'zh-CN': '批内最难' },
  description: {
    en: 'For each anchor the farthest positive and the nearest negative of the batch. Learns fast, but wrong labels are picked first and early training can collapse.',
    'zh-CN':
      '为每个锚点取批内最远的正样本与最近的负样本。学习快，但错误标签会最先被选中，训练初期可能坍缩。',
  },
  source: 'Hermans, Beyer, Leibe 2017',
  distance: 'euclidean',
  options: {},
  mine: mineHardest,
})
