import { nameOf, number, whole, wholeOrNone } from './row'

/** What a step sees, and when training ends: at whichever end comes first of those given. */
export const batchOptions = {
  sampler: nameOf({
    title: { en: 'Sampler', 'zh-CN': '采样器' },
    help: {
      en: 'How the P × K images of a batch are drawn.',
      'zh-CN': '批次的 P × K 张图片如何抽取。',
    },
    usual: { en: 'classesTimesImages', 'zh-CN': 'classesTimesImages' },
    registry: 'samplers',
    flag: 'sampler',
    planned: 'whereItMatters',
  }),
  classesPerBatch: whole({
    title: { en: 'Labels per batch (P)', 'zh-CN': '每批标签数（P）' },
    help: { en: 'How many labels a step draws.', 'zh-CN': '每一步抽取多少个标签。' },
    flag: 'classes-per-batch',
    value: 'P',
    minimum: 2,
    maximum: 1024,
  }),
  imagesPerClass: whole({
    title: { en: 'Images per label (K)', 'zh-CN': '每个标签的图片数（K）' },
    help: { en: 'How many images of each drawn label.', 'zh-CN': '每个抽到的标签取多少张图片。' },
    flag: 'images-per-class',
    value: 'K',
    minimum: 2,
    maximum: 256,
  }),
  epochs: whole({
    title: { en: 'Epochs', 'zh-CN': '轮数' },
    help: { en: 'Rounds over the training images.', 'zh-CN': '遍历训练图片的次数。' },
    flag: 'epochs',
    minimum: 1,
    maximum: 10_000,
  }),
  steps: whole({
    title: { en: 'Steps', 'zh-CN': '步数' },
    help: { en: 'Training ends after so many steps.', 'zh-CN': '训练这么多步后结束。' },
    flag: 'steps',
    minimum: 1,
    maximum: 10_000_000,
    window: 'none',
    planned: 'elsewhere',
  }),
  minutes: number({
    title: { en: 'Minutes', 'zh-CN': '分钟数' },
    help: { en: 'Training ends after so many minutes.', 'zh-CN': '训练这么多分钟后结束。' },
    flag: 'minutes',
    value: 'M',
    minimum: 0.01,
    maximum: 10_000,
    window: 'none',
    planned: 'elsewhere',
    inSweep: false,
  }),
  patience: wholeOrNone({
    title: { en: 'Stop early', 'zh-CN': '提前停止' },
    help: {
      en: 'Training ends after so many epochs without a better MAP@R on labels that are set aside from the training ones.',
      'zh-CN': '在从训练标签中另留的验证标签上，MAP@R 连续这么多轮没有提高就结束训练。',
    },
    flag: 'patience',
    minimum: 1,
    maximum: 10_000,
    on: 5,
    default: null,
  }),
}
