import type { importNotes as english } from '../en/importNotes'

export const importNotes: typeof english = {
  title: '说明',
  more: '{names}，另有 {n} 项',
  line: '第 {line} 行：{image}（{reason}）',
  labelsFile: 'labels.csv：{rows} 行中有 {used} 行为图片设置了标签。',
  encoding: 'labels.csv 不是 UTF-8 编码，已按 {encoding} 读取。如名称有误，请另存为 UTF-8。',
  loose: {
    suffix:
      'labels.csv：没有按路径末尾匹配的行 | labels.csv：{n} 行按路径末尾匹配：{row} 即 {image}。 | labels.csv：{n} 行按路径末尾匹配，例如 {row} 即 {image}。',
    percent:
      'labels.csv：没有经 % 解码匹配的行 | labels.csv：{n} 行经 % 解码后匹配：{row} 即 {image}。 | labels.csv：{n} 行经 % 解码后匹配，例如 {row} 即 {image}。',
    case: 'labels.csv：没有忽略大小写匹配的行 | labels.csv：{n} 行忽略大小写后匹配：{row} 即 {image}。 | labels.csv：{n} 行忽略大小写后匹配，例如 {row} 即 {image}。',
    zeros:
      'labels.csv：没有缺少前导零的行 | labels.csv：{n} 行缺少前导零：{row} 即 {image}。 | labels.csv：{n} 行缺少前导零，例如 {row} 即 {image}。',
    extension:
      'labels.csv：没有扩展名不同的行 | labels.csv：{n} 行的扩展名不同或缺失：{row} 即 {image}。 | labels.csv：{n} 行的扩展名不同或缺失，例如 {row} 即 {image}。',
  },
  unmatched:
    'labels.csv：每一行都有对应的图片。 | labels.csv：{n} 行没有对应的图片：{names}。 | labels.csv：{n} 行没有对应的图片：{names}。',
  reasons: {
    absent: '没有这张图片',
    ambiguous: '有多张图片符合',
    leftOut: '该文件已跳过',
  },
  contradictions:
    'labels.csv：没有互相矛盾的行。 | labels.csv：有 {n} 处互相矛盾：{names}。 | labels.csv：有 {n} 处互相矛盾：{names}。',
  contradiction: '{image} 在第 {usedLine} 行为“{used}”（采用），在第 {otherLine} 行为“{other}”',
  noLabel: '无标签',
  alike:
    '没有看起来相同的标签。 | 有标签看起来相同，可能是同一个：{names}。 | 有 {n} 组标签看起来相同，可能各为同一个：{names}。',
  and: '和',
  cleaned: '已从标签名称中去除不可见字符：{names}。',
  becomes: '“{from}”改为“{to}”',
  refused: '以下名称超过 255 个字符或不可见，未作为标签：{names}。',
  copies:
    '没有缩放或重新编码的副本。 | {n} 张图片是其他图片缩放或重新编码的副本，划分时总在同一侧。 | {n} 张图片是其他图片缩放或重新编码的副本，划分时总在同一侧。',
  pictures: {
    blank: '没有单色图片。 | {n} 张图片只有一种颜色：{names}。 | {n} 张图片只有一种颜色：{names}。',
    frame:
      '没有空白首帧 | {n} 个文件的首帧为空白，已改用第一个有内容的帧：{names}。 | {n} 个文件的首帧为空白，已改用第一个有内容的帧：{names}。',
    page: '没有过小的首页 | {n} 个文件的首页过小，已改用最大的一页：{names}。 | {n} 个文件的首页过小，已改用最大的一页：{names}。',
    range:
      '没有按范围缩放的图片 | {n} 张图片的像素值超过 16 位、带符号或为小数，已按其范围缩放：{names}。 | {n} 张图片的像素值超过 16 位、带符号或为小数，已按其范围缩放：{names}。',
    ground:
      '没有黑底图片 | {n} 张透明图片在白底上看不见，已改为黑底：{names}。 | {n} 张透明图片在白底上看不见，已改为黑底：{names}。',
  },
  links:
    '没有链接 | 跳过了 {n} 个指向文件夹之外的链接：{names}。 | 跳过了 {n} 个指向文件夹之外的链接：{names}。',
}
