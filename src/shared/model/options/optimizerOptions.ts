import { choice, number, numberOrNone, numberOrWord, whole } from './row'

/** How weights move with a step. */
export const optimizerOptions = {
  /** 'find': by a range test before training (Smith 2017). */
  learningRate: numberOrWord({
    title: { en: 'Learning rate', 'zh-CN': '学习率' },
    help: {
      en: 'Size of a step of the Adam optimizer. Finding it tries rising rates for a moment before training.',
      'zh-CN': 'Adam 优化器的步长。“自动查找”会在训练前短暂试用由小到大的学习率。',
    },
    word: 'find',
    wordTitle: { en: 'Find it', 'zh-CN': '自动查找' },
    flag: 'learning-rate',
    value: 'R',
    minimum: 1e-8,
    maximum: 10,
  }),
  schedule: choice({
    title: { en: 'Schedule', 'zh-CN': '学习率策略' },
    help: {
      en: 'How the learning rate goes over the run.',
      'zh-CN': '学习率在训练过程中如何变化。',
    },
    choices: {
      constant: { en: 'Constant', 'zh-CN': '保持不变' },
      cosine: { en: 'Cosine: falls towards 0', 'zh-CN': '余弦：逐渐降到 0' },
    },
    flag: 'schedule',
    default: 'constant',
  }),
  warmUpSteps: whole({
    title: { en: 'Warm-up steps', 'zh-CN': '预热步数' },
    help: {
      en: 'Steps in which the learning rate rises from 0.',
      'zh-CN': '学习率从 0 升起所用的步数。',
    },
    flag: 'warm-up-steps',
    minimum: 0,
    maximum: 1_000_000,
    default: 0,
  }),
  gradientClip: numberOrNone({
    title: { en: 'Clip gradients', 'zh-CN': '梯度裁剪' },
    help: {
      en: 'A longer gradient is shortened to this norm, so that no batch throws it off.',
      'zh-CN': '过长的梯度会缩短到这个范数，避免单个批次把训练带偏。',
    },
    flag: 'gradient-clip',
    value: 'G',
    minimum: 1e-6,
    maximum: 1e6,
    on: 10,
    default: 10,
  }),
  weightDecay: number({
    title: { en: 'Weight decay', 'zh-CN': '权重衰减' },
    help: {
      en: 'Draws the weights towards 0 with each step, times the learning rate; 0 is off.',
      'zh-CN': '每一步把权重向 0 拉，幅度再乘以学习率；0 表示关闭。',
    },
    flag: 'weight-decay',
    value: 'D',
    minimum: 0,
    maximum: 10,
    default: 0,
  }),
  emaDecay: number({
    title: { en: 'Average of weights', 'zh-CN': '权重滑动平均' },
    help: {
      en: 'Keeps a running average of the weights in place of the last ones, for instance 0.99; 0 is off.',
      'zh-CN': '用权重的滑动平均代替最后的权重，例如 0.99；0 表示关闭。',
    },
    flag: 'ema-decay',
    value: 'D',
    minimum: 0,
    maximum: 0.99999,
    default: 0,
  }),
}
