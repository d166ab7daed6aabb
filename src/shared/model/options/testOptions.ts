import { choice, labelNames, number, whole } from './row'

const greatestSeed = 2 ** 31 - 1

/** What is kept unseen, what is drawn at random, and what computes. */
export const testOptions = {
  split: choice({
    title: { en: 'Test split', 'zh-CN': '测试划分' },
    help: {
      en: 'What is kept unseen for the measurement.',
      'zh-CN': '留出哪些内容不参与训练，只用于测量。',
    },
    choices: {
      byClass: { en: 'Unseen labels', 'zh-CN': '未见过的标签' },
      byImage: { en: 'Unseen images', 'zh-CN': '未见过的图片' },
      none: { en: 'None', 'zh-CN': '不划分' },
    },
    flag: 'split',
  }),
  testShare: number({
    title: { en: 'Share for the test', 'zh-CN': '测试比例' },
    help: {
      en: 'Part of the labels or images that are kept unseen.',
      'zh-CN': '留出的标签或图片所占比例。',
    },
    flag: 'test-share',
    value: 'S',
    minimum: 0.01,
    maximum: 0.9,
    applies: ({ split }) => split !== 'none',
    default: 0.2,
  }),
  /** Of the split alone; absent: the dataset's. */
  splitSeed: whole({
    title: { en: 'Split seed', 'zh-CN': '划分种子' },
    help: {
      en: 'Draws what is kept unseen; runs of one split seed have the same test.',
      'zh-CN': '决定抽取留出哪些内容；划分种子相同，测试就相同。',
    },
    usual: {
      en: 'that of the dataset, 1 at first',
      'zh-CN': '数据集的种子，起初为 1',
    },
    flag: 'split-seed',
    value: 'S',
    minimum: 0,
    maximum: greatestSeed,
    window: 'none',
    planned: 'whereItMatters',
  }),
  splitBy: choice({
    title: { en: 'Way of the split', 'zh-CN': '划分方法' },
    help: {
      en: 'Whether each label, or image, draws for itself and the dataset keeps what it drew, or all are shuffled as in runs of earlier versions.',
      'zh-CN': '每个标签或图片各自抽取，结果随数据集保存；或像旧版本那样整体打乱。',
    },
    choices: {
      hash: { en: 'Each for itself', 'zh-CN': '各自抽取' },
      shuffle: { en: 'Shuffled, as before', 'zh-CN': '整体打乱（旧规则）' },
    },
    window: 'none',
    planned: 'whereItMatters',
  }),
  unseenLabels: labelNames({
    title: { en: 'Labels kept unseen', 'zh-CN': '留出的标签' },
    help: {
      en: 'Keeps these labels unseen, in place of those that the dataset keeps: names with commas between, or a file with one a line.',
      'zh-CN': '按名称指定留出的标签，代替数据集原来留出的：用逗号分隔，或用每行一个名称的文件。',
    },
    flag: 'unseen-labels',
    value: 'LIST',
    window: 'none',
    planned: 'whereItMatters',
  }),
  seed: whole({
    title: { en: 'Seed', 'zh-CN': '随机种子' },
    help: {
      en: 'The same seed on the same backend gives the same numbers.',
      'zh-CN': '同一后端、同一种子，结果相同。',
    },
    flag: 'seed',
    value: 'S',
    minimum: 0,
    maximum: greatestSeed,
    default: 1,
  }),
  backend: choice({
    title: { en: 'Backend', 'zh-CN': '计算后端' },
    help: {
      en: 'What computes. Automatic takes the fastest that works here.',
      'zh-CN': '由谁来计算。“自动”会选择本机可用的最快后端。',
    },
    choices: {
      auto: { en: 'Automatic', 'zh-CN': '自动' },
      tensorflow: { en: 'TensorFlow (native)', 'zh-CN': 'TensorFlow（原生）' },
      wasm: { en: 'WebAssembly', 'zh-CN': 'WebAssembly' },
      js: { en: 'JavaScript (slow)', 'zh-CN': 'JavaScript（慢）' },
    },
    flag: 'backend',
    default: 'auto',
  }),
}
