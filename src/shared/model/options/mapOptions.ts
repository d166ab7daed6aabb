import type * as v from 'valibot'
import { choice, number, numberOrWord, whole } from './row'
import { type OptionGroup, requestSchema, valuesOf } from './table'

/** Every option of a map; from it come schema, command line, window and docs, as of a training. */
export const mapTable = {
  method: choice({
    title: { en: 'Method', 'zh-CN': '方法' },
    help: {
      en: 'How the map is laid out: UMAP on all threads, or the reference umap-js on one, which takes far longer and has room for about 20,000 images.',
      'zh-CN':
        '地图的布局方法：使用全部线程的 UMAP，或单线程的参考实现 umap-js；后者慢得多，约 2 万张图片以内可用。',
    },
    choices: {
      fast: { en: 'UMAP on all threads', 'zh-CN': 'UMAP（全部线程）' },
      'umap-js': { en: 'umap-js (reference)', 'zh-CN': 'umap-js（参考实现）' },
    },
    flag: 'map-method',
    default: 'fast',
  }),
  neighbours: whole({
    title: { en: 'Neighbours', 'zh-CN': '近邻数' },
    help: {
      en: 'How many nearest images hold each image in its place, itself counted. Few show fine structure, many the whole.',
      'zh-CN': '每张图片由多少张最相似的图片（含自身）定位。少则突出细节，多则突出整体。',
    },
    flag: 'map-neighbours',
    value: 'N',
    minimum: 2,
    maximum: 100,
    default: 15,
  }),
  leastDistance: numberOrWord({
    title: { en: 'Least distance', 'zh-CN': '最小间距' },
    help: {
      en: 'How close to each other neighbours are drawn. Small makes dense clumps, large spreads the images out.',
      'zh-CN': '近邻之间画得多近。越小越聚成团，越大越铺开。',
    },
    usual: {
      en: '0.35 for up to 2,000 images, which have room, 0.1 for more',
      'zh-CN': '2,000 张以内为 0.35，更多时为 0.1',
    },
    flag: 'map-min-dist',
    value: 'D',
    minimum: 0,
    maximum: 1,
    word: 'auto',
    wordTitle: { en: 'Automatic', 'zh-CN': '自动' },
    default: 'auto',
  }),
  metric: choice({
    title: { en: 'Distance', 'zh-CN': '距离' },
    help: {
      en: 'By which distance of the embeddings neighbours are found.',
      'zh-CN': '按嵌入的哪种距离寻找近邻。',
    },
    choices: {
      cosine: { en: 'Cosine', 'zh-CN': '余弦' },
      euclidean: { en: 'Euclidean', 'zh-CN': '欧氏' },
      squaredEuclidean: { en: 'Squared Euclidean', 'zh-CN': '欧氏平方' },
      manhattan: { en: 'Manhattan', 'zh-CN': '曼哈顿' },
      chebyshev: { en: 'Chebyshev', 'zh-CN': '切比雪夫' },
      snr: { en: 'Signal-to-noise ratio', 'zh-CN': '信噪比' },
    },
    flag: 'map-distance',
    default: 'cosine',
  }),
  labelWeight: number({
    title: { en: 'Pull of labels', 'zh-CN': '标签的作用' },
    help: {
      en: 'How much labels part the map: 0 shows the embedding as it is, 1 keeps labels wholly apart.',
      'zh-CN': '标签在多大程度上把地图分开：0 如实展示嵌入，1 完全按标签分开。',
    },
    flag: 'map-label-weight',
    value: 'W',
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  seed: whole({
    title: { en: 'Seed', 'zh-CN': '随机种子' },
    help: {
      en: 'The same seed gives the same map, on any number of threads.',
      'zh-CN': '种子相同，地图就相同，与线程数无关。',
    },
    usual: { en: 'that of the training', 'zh-CN': '训练所用的种子' },
    flag: 'map-seed',
    value: 'S',
    minimum: 0,
    maximum: 2 ** 31 - 1,
  }),
} as const

/** The table as a group of the docs. */
export const mapGroup: OptionGroup = {
  key: 'map',
  title: { en: 'Map', 'zh-CN': '地图' },
  rows: mapTable,
}

/** What a person may set of a map; whatever is absent is as usual. */
export const mapRequest = requestSchema(mapTable)
export type MapRequest = v.InferOutput<typeof mapRequest>
/** What a map was made with. */
export type MapChoice = {
  readonly [Name in keyof MapRequest]-?: Exclude<MapRequest[Name], undefined>
}

/** @param seed of the training */
export const mapChoiceOf = (request: MapRequest, seed: number): MapChoice => {
  const given = Object.entries(request).filter(([, value]) => value !== undefined)
  return {
    ...valuesOf(mapTable, 'default'),
    seed,
    ...Object.fromEntries(given),
  } as MapChoice
}
