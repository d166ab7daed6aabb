import { greatestOfPolicy } from '../augmentation'
import { choice, number, type RunFacts, toggle, whole } from './row'

/** Frozen features are of pictures as they are, and of augmented copies where there are some. */
const isVaried = ({ network, augmentedCopies }: RunFacts): boolean =>
  network !== 'frozen' || augmentedCopies !== undefined

const common = {
  applies: isVaried,
  window: 'own',
  planned: 'whereItMatters',
  minimum: 0,
} as const

/** How pictures are varied for training. */
export const augmentationOptions = {
  augmentedCopies: whole({
    title: { en: 'Augmented copies', 'zh-CN': '增强副本' },
    help: {
      en: 'Of each training picture, for frozen features. Held-out training labels say whether they help; only then are they used. Reading pictures takes that many times longer, once.',
      'zh-CN':
        '用于冻结特征：每张训练图片的副本数。由留出的训练标签判断是否有用，有用才采用。读取图片的时间相应成倍增加（仅第一次）。',
    },
    usual: { en: '0', 'zh-CN': '0' },
    flag: 'augmented-copies',
    value: 'K',
    minimum: 0,
    maximum: 16,
    applies: ({ network }) => network === 'frozen',
    window: 'own',
    planned: 'whereItMatters',
    inSweep: false,
  }),
  augmentation: choice({
    title: { en: 'Augmentation', 'zh-CN': '数据增强' },
    help: {
      en: 'How pictures are varied: for a network from the pixels at every step, augmented copies once.',
      'zh-CN': '如何变化图片：从像素训练的网络在每一步变化，增强副本只变化一次。',
    },
    usual: { en: 'shift; mild for copies', 'zh-CN': '平移；副本为轻度' },
    choices: {
      off: { en: 'Off', 'zh-CN': '关闭' },
      shift: { en: 'Shift', 'zh-CN': '平移' },
      mild: { en: 'Mild', 'zh-CN': '轻度' },
      strong: { en: 'Strong', 'zh-CN': '强' },
    },
    flag: 'augmentation',
    applies: isVaried,
    window: 'own',
    planned: 'whereItMatters',
  }),
  augmentStrength: number({
    ...common,
    title: { en: 'Strength', 'zh-CN': '强度' },
    help: {
      en: 'One factor for all of the augmentation: 1 is as it is named.',
      'zh-CN': '整个增强的统一系数：1 表示按所选方案。',
    },
    flag: 'augment-strength',
    value: 'S',
    maximum: 4,
  }),
  augmentShift: number({
    ...common,
    title: { en: 'Shift', 'zh-CN': '平移' },
    help: {
      en: 'Greatest shift in each direction, as a share of the side.',
      'zh-CN': '每个方向的最大平移，占边长的比例。',
    },
    flag: 'augment-shift',
    value: 'S',
    maximum: greatestOfPolicy.shift,
  }),
  augmentCrop: number({
    ...common,
    title: { en: 'Crop', 'zh-CN': '裁剪' },
    help: {
      en: 'Greatest share of the side that is cut off; the rest fills the picture.',
      'zh-CN': '最多裁去边长的多少比例；其余部分填满画面。',
    },
    flag: 'augment-crop',
    value: 'S',
    maximum: greatestOfPolicy.crop,
  }),
  augmentRotate: number({
    ...common,
    title: { en: 'Rotate, degrees', 'zh-CN': '旋转（度）' },
    help: { en: 'Greatest turn to either side.', 'zh-CN': '向两侧旋转的最大角度。' },
    flag: 'augment-rotate',
    value: 'DEGREES',
    maximum: greatestOfPolicy.rotate,
  }),
  augmentFlip: toggle({
    title: { en: 'Mirror images', 'zh-CN': '左右翻转' },
    help: {
      en: 'Mirrors every second picture left and right: wrong for letters and arrows.',
      'zh-CN': '随机将一半图片左右翻转：不适用于文字和箭头。',
    },
    flag: 'augment-flip',
    applies: isVaried,
    window: 'own',
    planned: 'whereItMatters',
  }),
  augmentLight: number({
    ...common,
    title: { en: 'Brightness and contrast', 'zh-CN': '亮度与对比度' },
    help: {
      en: 'Greatest change of brightness and of contrast, as a share.',
      'zh-CN': '亮度和对比度的最大变化比例。',
    },
    flag: 'augment-light',
    value: 'S',
    maximum: greatestOfPolicy.light,
  }),
  augmentColour: number({
    ...common,
    title: { en: 'Colour', 'zh-CN': '颜色' },
    help: {
      en: 'Greatest change of saturation, as a share; hues turn with it.',
      'zh-CN': '饱和度的最大变化比例；色相随之变化。',
    },
    flag: 'augment-colour',
    value: 'S',
    maximum: greatestOfPolicy.colour,
  }),
  augmentBlur: number({
    ...common,
    title: { en: 'Blur', 'zh-CN': '模糊' },
    help: {
      en: 'Greatest standard deviation of a Gaussian blur, as a share of the side.',
      'zh-CN': '高斯模糊的最大标准差，占边长的比例。',
    },
    flag: 'augment-blur',
    value: 'S',
    maximum: greatestOfPolicy.blur,
  }),
  augmentErase: number({
    ...common,
    title: { en: 'Erase', 'zh-CN': '擦除' },
    help: {
      en: 'Greatest share of the area that is painted over in every second picture.',
      'zh-CN': '随机在一半图片中涂掉的面积所占的最大比例。',
    },
    flag: 'augment-erase',
    value: 'S',
    maximum: greatestOfPolicy.erase,
  }),
}
