import { choice, idOf, layers, type RunFacts, trainedPart, whole } from './row'

const isFrozen = ({ network }: RunFacts): boolean => network === 'frozen'
const isResidual = ({ network }: RunFacts): boolean => network === 'residual'

/** What embeds a picture, and where it begins. */
export const networkOptions = {
  network: choice({
    title: { en: 'Network', 'zh-CN': '网络' },
    help: {
      en: 'Frozen features with a trained head, or a network trained from the pixels: a small one, or a residual one that may be deeper and wider.',
      'zh-CN': '冻结特征加投影头，或从像素训练的网络：小网络，或可以更深更宽的残差网络。',
    },
    choices: {
      frozen: { en: 'Frozen features + head', 'zh-CN': '冻结特征 + 投影头' },
      small: { en: 'Small network from pixels', 'zh-CN': '从像素训练的小网络' },
      residual: { en: 'Residual network from pixels', 'zh-CN': '从像素训练的残差网络' },
    },
    flag: 'network',
    default: 'frozen',
  }),
  /**
   * Network and layers that a request names are taken as they are. In the window it stands beside
   * the plan.
   */
  quality: choice({
    title: { en: 'Quality', 'zh-CN': '质量' },
    help: {
      en: 'How much is tried on held-out training labels before training: nothing but the start, the layers of the usual network, or all networks and their layers. More takes longer; the plan says how long.',
      'zh-CN':
        '训练前用留出的训练标签比较多少种选择：只比较起点、比较默认网络的各种层，或比较所有网络及其层。比较得越多，用时越长；计划会给出时间。',
    },
    choices: {
      fast: { en: 'Fast', 'zh-CN': '快速' },
      balanced: { en: 'Balanced', 'zh-CN': '均衡' },
      best: { en: 'Best', 'zh-CN': '最佳' },
    },
    flag: 'quality',
    window: 'none',
    applies: isFrozen,
    default: 'fast',
    inSweep: false,
  }),
  /**
   * 'auto': whitening or the discriminant analysis, whichever is better on held-out training
   * labels. 'lda': as earlier versions chose, the analysis where there are more labels than
   * numbers, else whitening.
   */
  start: choice({
    title: { en: 'Start from', 'zh-CN': '起点' },
    help: {
      en: 'Where a head on frozen features begins.',
      'zh-CN': '冻结特征上的投影头从哪里开始训练。',
    },
    usual: {
      en: 'whitening or the discriminant analysis, whichever finds more on held-out training labels',
      'zh-CN': '由留出的训练标签在白化与判别分析之间选择',
    },
    choices: {
      auto: { en: 'Chosen by held-out labels', 'zh-CN': '由留出的标签选择' },
      whitening: { en: 'Whitening', 'zh-CN': '白化' },
      analysis: { en: 'Discriminant analysis (LDA)', 'zh-CN': '线性判别分析（LDA）' },
      lda: { en: 'By the number of labels, as before', 'zh-CN': '按标签数量（旧规则）' },
      pca: { en: 'Principal components (PCA)', 'zh-CN': '主成分分析（PCA）' },
      random: { en: 'Random', 'zh-CN': '随机' },
    },
    flag: 'start',
    applies: isFrozen,
    default: 'auto',
  }),
  /** Absent in a run: `extractorOfEarlierRuns`. */
  extractor: idOf({
    title: { en: 'Pretrained network', 'zh-CN': '预训练网络' },
    help: {
      en: 'Which pretrained network the frozen features are taken from.',
      'zh-CN': '冻结特征取自哪个预训练网络。',
    },
    flag: 'extractor',
    applies: isFrozen,
    planned: 'whereItMatters',
  }),
  features: layers({
    title: { en: 'Layers of the features', 'zh-CN': '特征所取的层' },
    help: {
      en: 'Which layers of that network the features are taken from, joined with +, for instance expand10+expand11: earlier ones know shapes, later ones the things they were trained on.',
      'zh-CN':
        '从该网络的哪些层取特征，用 + 连接，如 expand10+expand11：靠前的层更懂形状，靠后的层更懂其训练过的事物。',
    },
    flag: 'features',
    value: 'LAYERS',
    applies: isFrozen,
    earlier: 'pooled',
  }),
  /** Absent: the head. What it comes to is in `TrainingOptions.tuned`. */
  trainedPart: trainedPart({
    title: { en: 'What is trained', 'zh-CN': '训练范围' },
    help: {
      en: 'The head alone, the last N blocks of the pretrained network with it (last:N), or the whole network (all). More of it takes far more time and memory; it is kept only where held-out training labels say that it is better.',
      'zh-CN':
        '只训练投影头、连同预训练网络的最后 N 个模块（last:N），或整个网络（all）。训练得越多，时间和内存开销越大；只有留出的训练标签表明更好时才会保留。',
    },
    flag: 'train',
    value: 'head|last:N|all',
    window: 'own',
    applies: isFrozen,
    planned: 'elsewhere',
    inSweep: false,
  }),
  embeddingSize: whole({
    title: { en: 'Embedding size', 'zh-CN': '嵌入维数' },
    help: { en: 'Numbers per image.', 'zh-CN': '每张图片用多少个数表示。' },
    flag: 'embedding-size',
    minimum: 2,
    maximum: 4096,
  }),
  imageSizePx: whole({
    title: { en: 'Image size, px', 'zh-CN': '图片边长（像素）' },
    help: {
      en: 'Side of the square that a network from the pixels sees.',
      'zh-CN': '从像素训练的网络所看到的正方形边长。',
    },
    flag: 'image-size',
    value: 'PX',
    minimum: 16,
    maximum: 512,
    applies: (run) => !isFrozen(run),
    default: 64,
  }),
  networkDepth: whole({
    title: { en: 'Depth, blocks', 'zh-CN': '深度（残差块）' },
    help: {
      en: 'Residual blocks in each of the three stages of a residual network; each has two convolutions.',
      'zh-CN': '残差网络三个阶段中每个阶段的残差块数；每块有两个卷积。',
    },
    flag: 'depth',
    value: 'BLOCKS',
    minimum: 1,
    maximum: 8,
    applies: isResidual,
    default: 2,
  }),
  networkWidth: whole({
    title: { en: 'Width, channels', 'zh-CN': '宽度（通道）' },
    help: {
      en: 'Channels of the first stage of a residual network; the second has twice, the third four times as many. Multiples of 8 are the quickest.',
      'zh-CN': '残差网络第一阶段的通道数；第二、第三阶段分别为其两倍和四倍。8 的倍数最快。',
    },
    flag: 'width',
    value: 'CHANNELS',
    minimum: 8,
    maximum: 128,
    applies: isResidual,
    default: 32,
  }),
}
