import { choice, componentOf, componentOrNone, losses, nameOf, number, toggle } from './row'

/** What is minimised, and what is done where that goes wrong. */
export const lossOptions = {
  loss: componentOf({
    title: { en: 'Loss', 'zh-CN': '损失函数' },
    help: {
      en: 'What training asks of distances: same label near, other label far.',
      'zh-CN': '训练对距离的要求：同类要近，异类要远。',
    },
    registry: 'losses',
    flag: 'loss',
    parts: [
      {
        flag: 'margin',
        kind: 'number',
        value: 'M',
        help: { en: 'Margin of a loss that has one.', 'zh-CN': '损失的间隔（若有）。' },
      },
      {
        flag: 'loss-option',
        kind: 'pair',
        value: 'NAME=VALUE',
        help: {
          en: 'Any other option of the loss, or as LOSS.NAME=VALUE of an added one; may be repeated.',
          'zh-CN': '损失的其他选项；附加损失的写作 LOSS.NAME=VALUE；可重复。',
        },
      },
    ],
    window: 'own',
    inSweep: false,
  }),
  addedLosses: losses({
    title: { en: 'Added loss', 'zh-CN': '附加损失' },
    help: {
      en: 'A loss that is summed with the main one, times its weight; several may be added.',
      'zh-CN': '乘以权重后与主损失相加的损失，可添加多个。',
    },
    flag: 'add-loss',
    value: 'NAME=WEIGHT',
    window: 'own',
    default: [],
    inSweep: false,
  }),
  miner: componentOrNone({
    title: { en: 'Miner', 'zh-CN': '困难样本挖掘' },
    help: {
      en: 'Which pairs or triplets of a batch take part. Hard ones teach most.',
      'zh-CN': '批次中哪些样本对或三元组参与训练。越难的样本教得越多。',
    },
    registry: 'miners',
    flag: 'miner',
    parts: [
      {
        flag: 'miner-option',
        kind: 'pair',
        value: 'NAME=VALUE',
        help: {
          en: 'Any option of the miner; may be repeated.',
          'zh-CN': '挖掘器的选项，可重复。',
        },
      },
    ],
    window: 'own',
    inSweep: false,
  }),
  distance: nameOf({
    title: { en: 'Distance', 'zh-CN': '距离' },
    help: { en: 'How far apart two embeddings are.', 'zh-CN': '如何度量两个嵌入相距多远。' },
    registry: 'distances',
    flag: 'distance',
    window: 'own',
    inSweep: false,
  }),
  reducer: nameOf({
    title: { en: 'Reducer', 'zh-CN': '归约方式' },
    help: {
      en: 'How the losses of all pairs or triplets become one number.',
      'zh-CN': '如何把所有样本对或三元组的损失合成一个数。',
    },
    registry: 'reducers',
    flag: 'reducer',
    window: 'own',
    planned: 'elsewhere',
    earlier: null,
  }),
  regularizer: componentOrNone({
    title: { en: 'Regularizer', 'zh-CN': '正则项' },
    help: {
      en: 'A term on the embeddings that is added to the loss.',
      'zh-CN': '加在损失上的、针对嵌入本身的一项。',
    },
    registry: 'regularizers',
    flag: 'regularizer',
    window: 'own',
    default: null,
  }),
  regularizerWeight: number({
    title: { en: 'Weight of the regularizer', 'zh-CN': '正则项权重' },
    help: {
      en: 'How much the regularizer counts beside the loss.',
      'zh-CN': '正则项相对于损失的分量。',
    },
    flag: 'regularizer-weight',
    value: 'W',
    minimum: 0,
    maximum: 1e6,
    window: 'own',
    default: 0.01,
  }),
  proxyStart: choice({
    title: { en: 'Proxies start at', 'zh-CN': '代理的起点' },
    help: {
      en: 'Where the representatives of the labels begin: proxies, centres or class weights. Means of the labels are as good as the embedding that training starts from.',
      'zh-CN':
        '各标签的代表（代理、中心或类别权重）从哪里开始。标签均值的好坏取决于训练起始的嵌入。',
    },
    usual: {
      en: 'at the means where the head begins at a closed form, but for proxyAnchor',
      'zh-CN': '投影头从闭式解开始时为标签均值，proxyAnchor 除外',
    },
    choices: {
      classMeans: { en: 'The means of their labels', 'zh-CN': '各标签的均值' },
      random: { en: 'Random places', 'zh-CN': '随机位置' },
    },
    flag: 'proxy-start',
    applies: ({ proxyStart }) => proxyStart !== undefined,
    planned: 'whereItMatters',
  }),
  minerWarmUp: number({
    title: { en: 'Miner warm-up', 'zh-CN': '挖掘预热' },
    help: {
      en: 'Share of the steps, from 0 to 1, in which a miner of the hardest gives way to semi-hard: the hardest teach little while all is still muddled.',
      'zh-CN':
        '在开头这一比例（0 到 1）的步数里，用半困难挖掘代替最困难挖掘：嵌入还很混乱时，最难的样本教不了多少。',
    },
    flag: 'miner-warm-up',
    value: 'S',
    minimum: 0,
    maximum: 1,
    applies: ({ miner }) => miner !== null,
    default: 0,
  }),
  remedies: toggle({
    title: { en: 'Remedy what goes wrong', 'zh-CN': '出问题时自动补救' },
    help: {
      en: 'Collapse, a dead margin or an infinite loss is remedied while it trains, not only said.',
      'zh-CN': '出现坍缩、间隔失效或损失无穷大时，训练中直接补救，而不只是提示。',
    },
    flag: 'remedies',
    default: false,
  }),
}
