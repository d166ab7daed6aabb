export const compare = {
  tab: '对比',
  tabHint: '两次已完成的训练相互对比',
  run: '训练 {letter}',
  swap: '交换 A 与 B',
  computing: '正在对比两次训练',
  range: '{low} 至 {high}',
  empty: {
    title: '需要两次已完成的训练',
    text: '用不同的选项或标签训练两次，这里就会显示两者之间的变化。',
    toRuns: '查看训练记录',
  },
  metrics: {
    heading: '按当前标签的指标',
    interval: '95% 区间',
    nothingShared: '两次训练没有共同的、能找到同类的测试图片。',
    sameTest: '在 {labels} 个标签的 {images} 张测试图片上，两次训练相同。',
    sharedTest:
      '只在两次训练共有的 {images} 张测试图片（{labels} 个标签）上比较；两者留出的标签或图片不同。',
    over: {
      labels: '区间由按标签的配对自助法得出，只有不含 0 时才着色。',
      images: '标签较少，区间由按图片的配对自助法得出，只有不含 0 时才着色。',
    },
  },
  options: {
    heading: '不同的选项',
    option: '选项',
    none: '无',
    same: '两次训练的选项相同。',
  },
  curves: {
    heading: '曲线',
    quality: '各轮的 MAP@R',
    qualityHelp: '在各自留出的图片上、按当时的标签计算。测试标签不同的训练不能据此排名。',
    otherLosses: '损失（损失函数不同，数值不可相比）',
    none: '这些训练都没有迭代：保留的是闭式解。',
    more: '在曲线中加入更多训练',
  },
  labels: {
    heading: '各标签的差别',
    search: '搜索标签',
    help: '每个标签的测试图片的 MAP@R。区间由该标签的图片得出；标签很多时，约二十分之一会偶然不含 0。',
    none: '没有两次训练都测试过的同名标签。',
    few: '图片太少',
    more: '显示 {all} 个标签中的 {shown} 个，可搜索其他标签。',
    columns: { name: '标签', queries: '图片' },
  },
  neighbours: {
    heading: '近邻变化最大的图片',
    scope:
      '{all} 张图片在 A 与 B 中各自最近的 {count} 张：平均有 {overlap} 相同（交集与并集之比）。带框的只出现在这一侧。',
    sample:
      '从 {all} 张图片中抽取 {asked} 张，各看最近的 {count} 张：平均有 {overlap} 相同（交集与并集之比）。带框的只出现在这一侧。',
    none: '每张图片在两次训练中的近邻都相同。',
    choose: '在两张图上选中 {name}',
    right: '没有同标签的 | {all} 张中 {n} 张同标签 | {all} 张中 {n} 张同标签',
    more: '显示更多',
  },
  maps: {
    heading: '两张分布图',
    help: 'B 经旋转和缩放与 A 对齐。两图共用视野与选择；各组之间的距离意义不大。',
    picture:
      '训练 {letter} 的分布图，没有图片 | 训练 {letter} 的分布图，1 张图片 | 训练 {letter} 的分布图，{n} 张图片',
    show: '显示两张分布图',
    computing: '正在计算分布图',
    failed: '无法计算分布图。',
    again: '重试',
  },
}
