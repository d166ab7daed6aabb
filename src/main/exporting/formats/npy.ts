import type { EmbeddingRows } from '../embeddingRows'
import type { EmbeddingFormat } from './format'
import { labelsBeside, labelsName } from './labelsBeside'
import { packedRows } from './packedRows'

/**
 * An array of NumPy, float32 [images, dimension], and its labels beside it.
 * Source: NEP 1, "A simple file format for NumPy arrays", version 1.0 of the format.
 */
export const npy: EmbeddingFormat = {
  name: 'npy',
  title: { en: 'NumPy', 'zh-CN': 'NumPy' },
  description: {
    en: 'The numbers as .npy, and a .labels.csv beside it that says which image each row is.',
    'zh-CN': '数值保存为 .npy，旁边的 .labels.csv 说明每一行对应哪张图片。',
  },
  extension: 'npy',
  settings: ['formulaGuards'],
  partNames: ['', labelsName],
  parts: (input) => [...labelsBeside(input), { name: '', write: () => arrayOf(input.rows) }],
}

async function* arrayOf(rows: EmbeddingRows): AsyncGenerator<Uint8Array> {
  yield headerOf(rows)
  yield* packedRows(rows)
}

/** Magic, version and length take 10 bytes; the array begins at a multiple of 64. */
function headerOf({ count, dimension }: EmbeddingRows): Uint8Array {
  const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${dimension}), }`
  const padded = `${shape.padEnd(Math.ceil((shape.length + 11) / 64) * 64 - 11)}\n`
  const length = Buffer.alloc(2)
  length.writeUInt16LE(padded.length)
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(padded)])
}
