import type { exporting as english } from '../en/exporting'

export const exporting: typeof english = {
  title: '导出嵌入',
  format: '格式',
  images: '图片',
  all: '此次训练的全部图片',
  selection: '所选（{count}）',
  columns: '列',
  digits: '有效数字',
  digitsText: '{n} 位可精确还原每个数值；位数越少，文件越小。',
  layout: '数值',
  layouts: { list: '一个列表列', columns: '每维一列' },
  text: '文本',
  guards: '防止公式执行',
  guardsText: '在电子表格会当作公式执行的名称前加撇号；作为 labels.csv 读回时会自动去掉。',
  start: '选择位置并导出',
  asking: '请选择保存位置。',
  writing: '正在写入 {file}',
  cancel: '取消',
  cancelled: '已取消，未写入任何文件。',
  done: '没有图片写入 | 已将 {count} 张图片写入 | 已将 {count} 张图片写入',
  doneIn: '没有图片写入 {path} | 已将 {count} 张图片写入 {path} | 已将 {count} 张图片写入 {path}',
  files: '文件：{files}',
  showInFolder: '在文件夹中显示',
  again: '继续导出',
  report: {
    action: '导出报告…',
    command: '导出报告',
    running: '正在生成报告',
    done: '报告已写入 {path}',
  },
  notes: {
    noPictures: '没有缩略图拼图：嵌入不带图片。',
    spriteTooLarge: '没有缩略图拼图：最多容纳 {most} 张图片。',
    thumbnailsMissing:
      '没有缺少图片。 | {count} 张图片无法读取，在缩略图拼图中显示为灰色。 | {count} 张图片无法读取，在缩略图拼图中显示为灰色。',
    textFlattened:
      '没有文本被更改。 | {count} 处文本中的制表符和换行已替换为空格：此格式无法表示它们。 | {count} 处文本中的制表符和换行已替换为空格：此格式无法表示它们。',
  },
}
