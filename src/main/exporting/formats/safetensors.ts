import { AppError } from '../../../shared/errors'
import type { EmbeddingRows } from '../embeddingRows'
import type { EmbeddingFormat, FormatInput } from './format'
import { labelsBeside, labelsName } from './labelsBeside'
import { packedRows } from './packedRows'

/**
 * Tensors `embeddings` (F32 [images, dimension]) and, where labels are asked for, `label`
 * (I64 [images], a place in the JSON list `labels` of the metadata, -1 without a label).
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
export const safetensors: EmbeddingFormat = {
  name: 'safetensors',
  title: { en: 'safetensors', 'zh-CN': 'safetensors' },
  description: {
    en: 'Tensors for PyTorch, JAX and others, and a .labels.csv beside them that says which image each row is.',
    'zh-CN': '供 PyTorch、JAX 等使用的张量，旁边的 .labels.csv 说明每一行对应哪张图片。',
  },
  extension: 'safetensors',
  settings: ['formulaGuards'],
  partNames: ['', labelsName],
  parts: (input) => [...labelsBeside(input), { name: '', write: () => tensorsOf(input) }],
}

async function* tensorsOf({ rows, settings }: FormatInput): AsyncGenerator<Uint8Array> {
  const labels = settings.columns.includes('label') ? await numberLabels(rows) : null
  yield headerOf(rows, labels?.names ?? null)
  yield* packedRows(rows)
  if (labels !== null) yield new Uint8Array(BigInt64Array.from(labels.numbers, BigInt).buffer)
}

interface NumberedLabels {
  /** In the order in which they are met. */
  readonly names: readonly string[]
  /** [images]: place in `names`, -1 without a label. */
  readonly numbers: Int32Array
}

async function numberLabels(rows: EmbeddingRows): Promise<NumberedLabels> {
  const numberOf = new Map<string, number>([['', -1]])
  const numbers = new Int32Array(rows.count)
  let row = 0
  for await (const [label] of rows.facts(['label'])) {
    const name = String(label)
    if (!numberOf.has(name)) numberOf.set(name, numberOf.size - 1)
    numbers[row++] = numberOf.get(name)!
  }
  return { names: [...numberOf.keys()].slice(1), numbers }
}

/** What the reference implementation reads at most. */
const mostHeaderBytes = 100_000_000

function headerOf({ count, dimension }: EmbeddingRows, labels: readonly string[] | null): Buffer {
  const end = 4 * count * dimension
  const embeddings = { dtype: 'F32', shape: [count, dimension], data_offsets: [0, end] }
  const label = { dtype: 'I64', shape: [count], data_offsets: [end, end + 8 * count] }
  const header = {
    __metadata__: {
      format: 'pt',
      ...(labels === null ? {} : { labels: JSON.stringify(labels) }),
    },
    embeddings,
    ...(labels === null ? {} : { label }),
  }
  const text = Buffer.from(JSON.stringify(header))
  // The tensors begin at a multiple of 8, as the format asks for.
  const padded = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ')
  if (padded.length - 8 > mostHeaderBytes) {
    throw new AppError(
      'invalidInput',
      'The names of the labels are too long together for safetensors. Leave the column "label" out, or choose another format.',
      { labels: labels?.length ?? 0 },
    )
  }
  padded.writeBigUInt64LE(BigInt(padded.length - 8))
  text.copy(padded, 8)
  return padded
}
