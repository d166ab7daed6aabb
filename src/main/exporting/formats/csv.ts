import { csvChunks, roundedTo } from '../csv'
import type { EmbeddingFormat, FormatInput } from './format'
import { guardedBy } from './labelsBeside'

/** `image,label,split,e0,e1,…`, one row an image. */
export const csv: EmbeddingFormat = {
  name: 'csv',
  title: { en: 'CSV', 'zh-CN': 'CSV' },
  description: {
    en: 'One table of text, for spreadsheets, pandas and R.',
    'zh-CN': '一张文本表格，适用于电子表格、pandas 和 R。',
  },
  extension: 'csv',
  settings: ['digits', 'formulaGuards'],
  partNames: [''],
  parts: (input) => [
    { name: '', write: (file) => csvChunks(file, headerOf(input), cellsOf(input)) },
  ],
}

const headerOf = ({ rows, settings }: FormatInput): readonly string[] => [
  ...settings.columns,
  ...Array.from({ length: rows.dimension }, (_, k) => `e${k}`),
]

async function* cellsOf({ rows, settings }: FormatInput) {
  const guarded = guardedBy(settings)
  const rounded = roundedTo(settings.digits)
  for await (const { cells, embedding } of rows.read(settings.columns)) {
    yield [...cells.map(guarded), ...Array.from(embedding, rounded)]
  }
}
