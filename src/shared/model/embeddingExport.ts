import * as v from 'valibot'
import type { Bilingual } from './bilingual'

/** What may be told of an image beside its embedding, in the order in which files have it. */
export const exportColumns = {
  image: { kind: 'text', title: { en: 'Image', 'zh-CN': '图片' } },
  label: { kind: 'text', title: { en: 'Label', 'zh-CN': '标签' } },
  split: { kind: 'text', title: { en: 'Split', 'zh-CN': '划分' } },
  width: { kind: 'count', title: { en: 'Width, px', 'zh-CN': '宽（像素）' } },
  height: { kind: 'count', title: { en: 'Height, px', 'zh-CN': '高（像素）' } },
  bytes: { kind: 'count', title: { en: 'Bytes', 'zh-CN': '字节数' } },
  sha256: { kind: 'text', title: { en: 'SHA-256', 'zh-CN': 'SHA-256' } },
  excluded: { kind: 'flag', title: { en: 'Excluded', 'zh-CN': '已排除' } },
} as const satisfies Readonly<
  Record<string, { readonly kind: 'text' | 'count' | 'flag'; readonly title: Bilingual }>
>

export type ExportColumn = keyof typeof exportColumns
export const exportColumnNames = Object.keys(exportColumns) as readonly ExportColumn[]

/** Significant digits of a number that is written as text: nine say any float32 exactly. */
export const exactDigits = 9

export const exportSettings = v.strictObject({
  columns: v.pipe(
    v.array(v.picklist(exportColumnNames)),
    v.check((columns) => new Set(columns).size === columns.length, 'each column once'),
    v.readonly(),
  ),
  /** Of numbers as text. */
  digits: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(exactDigits)),
  /** An apostrophe before text that a spreadsheet would run. */
  formulaGuards: v.boolean(),
  /** One column with a list of numbers, or one column a number. */
  layout: v.picklist(['list', 'columns']),
})
export type ExportSettings = Readonly<v.InferOutput<typeof exportSettings>>

export const defaultExportSettings: ExportSettings = {
  columns: ['image', 'label', 'split'],
  digits: exactDigits,
  formulaGuards: true,
  layout: 'list',
}

/** Settings that mean nothing to some formats. */
export type FormatSetting = 'digits' | 'formulaGuards' | 'layout'

/** A format of embeddings, as a person chooses it. */
export interface FormatDescription {
  readonly name: string
  readonly title: Bilingual
  /** What it leaves and what reads it. */
  readonly description: Bilingual
  /** Of its file, without the dot; null: it is a folder of files. */
  readonly extension: string | null
  readonly settings: readonly FormatSetting[]
}

/** What of an export is not as one would expect. */
export type ExportNote =
  /** More pictures than a sheet of thumbnails holds. */
  | { readonly kind: 'spriteTooLarge'; readonly most: number }
  /** Places of the sheet without a picture. */
  | { readonly kind: 'thumbnailsMissing'; readonly count: number }
  /** The embeddings came without pictures. */
  | { readonly kind: 'noPictures' }
  /** Text whose tabs and line breaks became spaces. */
  | { readonly kind: 'textFlattened'; readonly count: number }
