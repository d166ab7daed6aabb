import type { split as english } from '../en/split'

export const split: typeof english = {
  labels: '没有留作测试的标签 | 留作测试的标签：1 个 | 留作测试的标签：{count} 个',
  images: '没有留作测试的图片 | 留作测试的图片：1 张 | 留作测试的图片：{count} 张',
  leftOut:
    '没有近似重复 | 有 1 张图片不参与训练：它的近似重复图片留作测试。 | 有 {count} 张图片不参与训练：它们的近似重复图片留作测试。',
  waiting:
    '没有等待的标签 | 有 1 个标签暂时参与训练，有了第二张图片后留作测试。 | 有 {count} 个标签暂时参与训练，有了第二张图片后留作测试。',
  changedSides:
    '没有图片换边 | 与上一次训练相比，有 1 张图片换了边（因更正标签或另选了测试内容）。 | 与上一次训练相比，有 {count} 张图片换了边（因更正标签或另选了测试内容）。',
  merge: {
    after: '{what}。{moved}',
    toTraining:
      '无 | 有 1 张图片留作测试，合并后将参与训练。 | 有 {count} 张图片留作测试，合并后将参与训练。',
    toTest:
      '无 | 有 1 张图片参与训练，合并后将留作测试。 | 有 {count} 张图片参与训练，合并后将留作测试。',
    wentToTraining:
      '无 | 原先留作测试的 1 张图片现在参与训练。 | 原先留作测试的 {count} 张图片现在参与训练。',
    wentToTest:
      '无 | 原先参与训练的 1 张图片现在留作测试。 | 原先参与训练的 {count} 张图片现在留作测试。',
  },
  title: '留作测试',
  about:
    '任何训练都不会用到这些标签。无论您更正或添加什么，它们都保持不变，因此各次训练可以相互比较。',
  aboutImages:
    '任何训练都不会用到这些图片。无论您更正或添加什么，每张图片的归属都保持不变，因此各次训练可以相互比较。',
  seed: '种子',
  drawAgain: '重新抽取',
  backToDraw: '恢复抽取结果',
  filter: '查找标签',
  show: '显示哪些标签',
  showUnseen: '留作测试（{count}）',
  showAll: '全部标签（{count}）',
  none: '没有这样的标签。',
  imageCount: '1 张图片 | 1 张图片 | {count} 张图片',
  ofImages: '{count} 张中的 {test} 张',
  byHand: '手动选择',
  waits: '仅一张图片：暂时参与训练',
  leftOutOf: '排除 {count} 张',
  showLeftOut: '查看',
  more: '还有 1 个，可输入名称查找。 | 还有 1 个，可输入名称查找。 | 还有 {count} 个，可输入名称查找。',
  warning: '更改前后的训练在不同的标签上测试，不会列入同一排名。',
  warningImages: '更改前后的训练在不同的图片上测试，不会列入同一排名。',
  atLeast: '至少留出一个有两张图片的标签用于测试，并至少留一个用于训练。',
  apply: '就留这些',
  close: '关闭',
  cancel: '取消',
  chosen: '已更改留作测试的内容。',
  restored: '已恢复之前留作测试的内容。',
  undo: '撤销',
  loading: '正在查看留作测试的内容',
}
