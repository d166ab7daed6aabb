import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { type ExportColumn, exportColumns } from '../../../shared/model/embeddingExport'
import type { Cell } from '../csv'
import type { EmbeddingFormat, FormatInput } from './format'

/**
 * One table with types: the columns, then `embedding` as a list of floats, or `e0`, `e1`, … as
 * floats. Source: https://github.com/apache/parquet-format.
 */
export const parquet: EmbeddingFormat = {
  name: 'parquet',
  title: { en: 'Parquet', 'zh-CN': 'Parquet' },
  description: {
    en: 'One table with types, for pandas, Polars, DuckDB and Spark.',
    'zh-CN': '一张带类型的表格，适用于 pandas、Polars、DuckDB 和 Spark。',
  },
  extension: 'parquet',
  settings: ['layout'],
  partNames: [''],
  parts: (input) => [{ name: '', write: () => tableOf(input) }],
}

/** Numbers of one row group: what is in memory at a time, and how long nothing else runs. */
const groupNumbers = { list: 1 << 18, columns: 1 << 20 }

async function* tableOf(input: FormatInput): AsyncGenerator<Uint8Array> {
  const { rows, settings } = input
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(input) })
  const groupRows = Math.ceil(groupNumbers[settings.layout] / Math.max(1, rows.dimension))
  const group = new RowGroup(input, groupRows)
  // Gives away what was written so far; the offsets in the file go on.
  const written = (): Uint8Array => {
    const piece = bytes.getBytes()
    bytes.index = 0
    return piece
  }
  for await (const { cells, embedding } of rows.read(settings.columns)) {
    group.add(cells, embedding)
    if (group.length < groupRows) continue
    await writer.write({ columnData: group.take(), rowGroupSize: groupRows })
    yield written()
  }
  if (group.length > 0) await writer.write({ columnData: group.take(), rowGroupSize: groupRows })
  await writer.finish()
  yield written()
}

const required = { repetition_type: 'REQUIRED' } as const
const kinds = {
  text: { ...required, type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  count: { ...required, type: 'INT64' },
  flag: { ...required, type: 'BOOLEAN' },
} as const

const numberName = (k: number): string => `e${k}`

function schemaOf({ rows: { dimension }, settings }: FormatInput): SchemaElement[] {
  const columns = settings.columns.map((name) => ({ name, ...kinds[exportColumns[name].kind] }))
  const float = { ...required, type: 'FLOAT' } as const
  const root = (count: number) => ({ name: 'schema', num_children: columns.length + count })
  if (settings.layout === 'columns') {
    const numbers = Array.from({ length: dimension }, (_, k) => ({ name: numberName(k), ...float }))
    return [root(dimension), ...columns, ...numbers]
  }
  return [
    root(1),
    ...columns,
    { name: 'embedding', ...required, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', ...float },
  ]
}

/** Rows gathered as columns. */
class RowGroup {
  length = 0
  private readonly names: readonly ExportColumn[]
  private readonly facts: Cell[][]
  private readonly isList: boolean
  private readonly lists: number[][] = []
  private readonly numbers: readonly Float32Array[]

  constructor({ rows: { dimension }, settings: { columns, layout } }: FormatInput, most: number) {
    this.names = columns
    this.isList = layout === 'list'
    this.facts = columns.map(() => [])
    this.numbers = this.isList
      ? []
      : Array.from({ length: dimension }, () => new Float32Array(most))
  }

  add(cells: readonly Cell[], embedding: Float32Array): void {
    cells.forEach((cell, column) => this.facts[column]!.push(cell))
    if (this.isList) this.lists.push(Array.from(embedding))
    else this.numbers.forEach((column, k) => (column[this.length] = embedding[k]!))
    this.length += 1
  }

  /** The columns so far; the group begins anew. What it gave is good until the next row. */
  take(): ColumnSource[] {
    const facts = this.names.map((name, column): ColumnSource => {
      const cells = this.facts[column]!.splice(0)
      const isCount = exportColumns[name].kind === 'count'
      return { name, data: isCount ? cells.map((cell) => BigInt(cell)) : cells }
    })
    // Embeddings have no value twice and hardly shrink: no dictionary, no compression.
    const plain = { encoding: 'PLAIN', codec: 'UNCOMPRESSED', statistics: false } as const
    const embeddings: ColumnSource[] = this.isList
      ? [{ name: 'embedding', data: this.lists.splice(0), ...plain }]
      : this.numbers.map((column, k) => ({
          name: numberName(k),
          data: column.subarray(0, this.length),
          ...plain,
        }))
    this.length = 0
    return [...facts, ...embeddings]
  }
}
