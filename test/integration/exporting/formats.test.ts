import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import { openCsvRows } from '../../../src/main/exporting/csvRows'
import {
  type EmbeddingExport,
  exportEmbeddings,
  writeEmbeddings,
} from '../../../src/main/exporting/embeddingExport'
import type { EmbeddingRows } from '../../../src/main/exporting/embeddingRows'
import { embeddingFormats } from '../../../src/main/exporting/formats'
import { withoutGuard } from '../../../src/main/exporting/csv'
import { temporaryStore, type TemporaryStore } from '../db/temporaryStore'
import { drawThumbnail, exportedRun, type ExportedRun } from './exportedRun'

const dimension = 5
const odd = [
  '=cmd|calc',
  'a,b "c"',
  'two\nlines\tand a tab',
  '猫',
  '😀',
  "'=guarded",
  ' spaces ',
  '',
]
const pictures = odd.map((label, n) => ({
  path: `${label || 'none'}/${n}.png`,
  label: label === '' ? null : label,
}))
const random = createRandom('exports')
const extreme = [1e-45, 3.4028234e38, -1.1754944e-38, 0.1, -0]
const embeddingOf = (row: number): readonly number[] =>
  row === 0 ? extreme : Array.from({ length: dimension }, () => random.normal())

let temporary: TemporaryStore
let run: ExportedRun
beforeEach(async () => {
  temporary = await temporaryStore()
  run = await exportedRun(temporary, pictures, embeddingOf)
})
afterEach(() => temporary.dispose())

const place = (name: string) => join(temporary.folder, name)
const write = (name: string, more: Partial<EmbeddingExport> = {}) =>
  exportEmbeddings({
    ...{ store: temporary.store, workspace: temporary.workspace, runId: run.runId },
    ...{ file: place(name), ...more },
  })
const numbersOf = (images = run.images) => images.map(({ embedding }) => [...embedding])
const namesOf = (images = run.images) =>
  images.map(({ path, label, split }) => [path, label, split] as const)
const rounded = (row: readonly unknown[]) => row.map((value) => Math.fround(Number(value)))

async function readNpy(name: string): Promise<{ shape: string; numbers: Float32Array }> {
  const bytes = await readFile(place(name))
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00')
  const start = 10 + bytes.readUInt16LE(8)
  expect(start % 64).toBe(0)
  const header = bytes.subarray(10, start).toString()
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(.+\), \} *\n$/)
  return {
    shape: /\((.+)\)/.exec(header)![1]!,
    numbers: new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer),
  }
}

async function readSafetensors(name: string) {
  const bytes = await readFile(place(name))
  const end = 8 + Number(bytes.readBigUInt64LE())
  expect(end % 8).toBe(0)
  const { __metadata__: metadata, ...tensors } = JSON.parse(
    bytes.subarray(8, end).toString(),
  ) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> & {
    __metadata__: { labels?: string }
  }
  const dataOf = (tensor: string) =>
    Uint8Array.from(bytes.subarray(...tensors[tensor]!.data_offsets.map((at) => end + at))).buffer
  return { metadata, tensors, dataOf, length: bytes.length - end }
}

const readParquet = async (name: string) =>
  parquetReadObjects({ file: await asyncBufferFromFile(place(name)) })

const readCsv = async (name: string): Promise<string[][]> => parse(await readFile(place(name)))

describe('every format gives back the same float32 and names', () => {
  it('csv, guarded and not', async () => {
    await write('guarded.csv')
    await write('plain.csv', { settings: { formulaGuards: false } })
    const [, ...guarded] = await readCsv('guarded.csv')
    const [head, ...plain] = await readCsv('plain.csv')
    expect(head).toEqual(['image', 'label', 'split', 'e0', 'e1', 'e2', 'e3', 'e4'])
    expect(plain.map((row) => row.slice(0, 3))).toEqual(namesOf())
    expect(guarded.map((row) => row.slice(0, 3).map(withoutGuard))).toEqual(namesOf())
    expect(guarded.filter(([path]) => path!.startsWith("'"))).toHaveLength(2)
    for (const rows of [plain, guarded]) {
      // A zero is written without its sign.
      expect(rows.map((row) => rounded(row.slice(3)))).toEqual(
        numbersOf().map((row) => row.map((value) => value + 0)),
      )
    }
  })

  it('csv of fewer digits and other columns', async () => {
    await write('out.csv', { settings: { digits: 3, columns: ['sha256', 'width', 'excluded'] } })
    const [head, first] = await readCsv('out.csv')
    expect(head!.slice(0, 3)).toEqual(['sha256', 'width', 'excluded'])
    expect(first![0]).toMatch(/^0{63}\w$/)
    expect(first!.slice(1, 3)).toEqual(['64', 'false'])
    expect(first![3]).toBe(String(Number(run.images[0]!.embedding[0]!.toPrecision(3))))
  })

  it('npy, with its labels beside it', async () => {
    const written = await write('out.npy', { format: 'npy' })
    expect(written?.files.map((file) => file.slice(temporary.folder.length + 1))).toEqual([
      'out.npy',
      'out.labels.csv',
    ])
    const { shape, numbers } = await readNpy('out.npy')
    expect(shape).toBe(`${odd.length}, ${dimension}`)
    expect([...numbers]).toEqual(numbersOf().flat())
    const [head, ...rows] = await readCsv('out.labels.csv')
    expect(head).toEqual(['image', 'label', 'split'])
    expect(rows.map((row) => row.map(withoutGuard))).toEqual(namesOf())
  })

  it('safetensors, with numbered labels', async () => {
    await write('out.safetensors', { format: 'safetensors' })
    const { metadata, tensors, dataOf, length } = await readSafetensors('out.safetensors')
    expect(tensors['embeddings']).toMatchObject({ dtype: 'F32', shape: [odd.length, dimension] })
    expect(tensors['label']).toMatchObject({ dtype: 'I64', shape: [odd.length] })
    expect(tensors['label']!.data_offsets[1]).toBe(length)
    expect([...new Float32Array(dataOf('embeddings'))]).toEqual(numbersOf().flat())
    const names = JSON.parse(metadata.labels!) as string[]
    const labels = [...new BigInt64Array(dataOf('label'))].map((n) => names[Number(n)] ?? '')
    expect(labels).toEqual(run.images.map(({ label }) => label))
    expect(await readCsv('out.labels.csv')).toHaveLength(odd.length + 1)
  })

  it.each(['list', 'columns'] as const)('parquet, numbers as %s', async (layout) => {
    const columns = ['image', 'label', 'split', 'height', 'excluded'] as const
    await write('out.parquet', { format: 'parquet', settings: { layout, columns } })
    const rows = await readParquet('out.parquet')
    expect(rows.map((row) => [row['image'], row['label'], row['split']])).toEqual(namesOf())
    expect(rows[0]).toMatchObject({ height: 48n, excluded: false })
    const numbers = rows.map((row) =>
      layout === 'list'
        ? (row['embedding'] as number[])
        : Array.from({ length: dimension }, (_, k) => row[`e${k}`] as number),
    )
    expect(numbers).toEqual(numbersOf())
  })

  it('projector: vectors, labels of one line each, and a sheet of thumbnails', async () => {
    await drawThumbnail(temporary, 3, '#f00')
    const written = await write('out', { format: 'projector' })
    expect(written?.notes).toEqual([
      { kind: 'textFlattened', count: 2 },
      { kind: 'thumbnailsMissing', count: odd.length - 1 },
    ])
    const text = (name: string) => readFile(join(place('out'), name), 'utf8')
    const vectors = (await text('vectors.tsv')).trimEnd().split('\n')
    expect(vectors.map((line) => rounded(line.split('\t')))).toEqual(
      numbersOf().map((row) => row.map((value) => value + 0)),
    )
    const metadata = (await text('metadata.tsv')).trimEnd().split('\n')
    const flat = namesOf().map((row) =>
      row.map((cell) => cell.replaceAll(/[\t\n]/g, ' ')).join('\t'),
    )
    expect(metadata).toEqual(['image\tlabel\tsplit', ...flat])
    expect(await text('projector_config.pbtxt')).toContain('sprite.png')
    const { data, info } = await sharp(join(place('out'), 'sprite.png'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: 192, height: 192, channels: 3 })
    const at = run.images.findIndex(({ path }) => path === pictures[3]!.path)
    const pixel = ((Math.floor(at / 3) * 64 + 32) * 192 + (at % 3) * 64 + 32) * 3
    expect([...data.subarray(pixel, pixel + 3)]).toEqual([255, 0, 0])
  })

  it('projector: labels alone are numbered, so that an image without one keeps its line', async () => {
    await write('out', { format: 'projector', settings: { columns: ['label'] } })
    const lines = (await readFile(join(place('out'), 'metadata.tsv'), 'utf8')).split('\n')
    expect(lines[0]).toBe('row\tlabel')
    expect(lines).toContain(`${run.images.findIndex(({ label }) => label === '')}\t`)
  })

  it('and a CSV of one goes into any other', async () => {
    await write('from.csv')
    const rows = await openCsvRows(place('from.csv'))
    expect(rows).toMatchObject({
      count: odd.length,
      dimension,
      columns: ['image', 'label', 'split'],
    })
    const written = await writeEmbeddings(rows, { file: place('to.parquet'), format: 'parquet' })
    expect(written).toMatchObject({ rows: odd.length, notes: [] })
    const back = await readParquet('to.parquet')
    expect(back.map((row) => [row['image'], row['label'], row['split']])).toEqual(namesOf())
    expect(back.map((row) => row['embedding'])).toEqual(
      numbersOf().map((row) => row.map((value) => value + 0)),
    )
  })
})

const folderOf = async () => (await readdir(temporary.folder)).sort()
const all = embeddingFormats.names
const nameIn = (format: string) => `out.${embeddingFormats.get(format).extension ?? 'folder'}`

describe.each(all)('as %s', (format) => {
  const name = nameIn(format)

  it('no rows and one row are sound', async () => {
    const none = await write(name, { format, imageIds: new Uint32Array() })
    expect(none).toMatchObject({ rows: 0, dimension })
    const id = run.idOf.get(run.images[2]!.path)!
    const one = await write(name, { format, imageIds: Uint32Array.of(id) })
    expect(one).toMatchObject({ rows: 1 })
  })

  it('cancelled, it leaves nothing and what stood there', async () => {
    await write(name, { format })
    const whole = await openRows()
    const before = await folderOf()
    const controller = new AbortController()
    const rows = cancelling(controller, whole)
    const written = await writeEmbeddings(rows, {
      ...{ file: place(name), format, signal: controller.signal },
    })
    expect(written).toBeNull()
    expect(await folderOf()).toEqual(before)
  })

  it('a number that is not finite stops it before anything is left', async () => {
    const rows = await openRows()
    async function* broken(columns: Parameters<EmbeddingRows['read']>[0]) {
      for await (const { cells, embedding } of rows.read(columns)) {
        embedding[1] = NaN
        yield { cells, embedding }
      }
    }
    const before = await folderOf()
    const attempt = writeEmbeddings({ ...rows, read: broken }, { file: place(name), format })
    await expect(attempt).rejects.toMatchObject({ code: 'notFinite' })
    expect(await folderOf()).toEqual(before)
  })

  it('a place that is gone or read-only is said in words', async () => {
    const gone = write(join('gone', name), { format })
    await expect(gone).rejects.toThrow(/was not written.*(Choose another|try again)/)
    const fixed = write('unused', { format, file: `/proc/${name}` })
    await expect(fixed).rejects.toThrow(/was not written/)
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a folder without leave to write is said in words',
    async () => {
      await mkdir(place('locked'))
      await chmod(place('locked'), 0o500)
      const locked = write(join('locked', name), { format })
      await expect(locked).rejects.toMatchObject({ code: 'permissionDenied' })
    },
  )

  it('a full disk is said in words, and nothing of it stays', async () => {
    const rows = await openRows()
    // eslint-disable-next-line require-yield -- fails at once
    async function* full(): AsyncGenerator<never> {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    }
    const before = await folderOf()
    const attempt = writeEmbeddings({ ...rows, read: full }, { file: place(name), format })
    await expect(attempt).rejects.toMatchObject({ code: 'diskFull' })
    expect(await folderOf()).toEqual(before)
  })
})

describe('a folder', () => {
  it('that holds what no export left is kept, and a file too', async () => {
    await mkdir(place('mine'))
    await writeFile(join(place('mine'), 'notes.txt'), 'precious')
    const attempt = write('mine', { format: 'projector' })
    await expect(attempt).rejects.toMatchObject({ code: 'notOurFolder' })
    await expect(attempt).rejects.toThrow(/notes\.txt/)
    await writeFile(place('file'), 'precious')
    await expect(write('file', { format: 'projector' })).rejects.toMatchObject({
      code: 'notOurFolder',
    })
    expect(await readFile(place('file'), 'utf8')).toBe('precious')
    expect(await readdir(place('mine'))).toEqual(['notes.txt'])
  })

  it('of an export before gives way to a new one', async () => {
    await write('out', { format: 'projector' })
    await write('out', { format: 'projector', settings: { columns: [] } })
    expect((await readdir(place('out'))).sort()).toEqual([
      ...['projector_config.pbtxt', 'sprite.png', 'vectors.tsv'],
    ])
  })
})

/** The rows of the run, as the exports read them. */
async function openRows(): Promise<EmbeddingRows> {
  await write('rows.csv')
  return openCsvRows(place('rows.csv'))
}

/** Cancels while the third row is written. */
function cancelling(controller: AbortController, rows: EmbeddingRows): EmbeddingRows {
  return {
    ...rows,
    async *read(columns) {
      let row = 0
      for await (const one of rows.read(columns)) {
        if (++row === 3) controller.abort()
        yield one
      }
    },
  }
}

/** A Python that reads these formats, or why not. */
function findPython(): { readonly python: string } | { readonly why: string } {
  const python = process.env['SEMBLANCE_PYTHON'] ?? 'python3'
  try {
    const modules = 'numpy, pandas, pyarrow, safetensors, duckdb'
    execFileSync(python, ['-c', `import ${modules}`], { stdio: 'pipe' })
    return { python }
  } catch {
    return { why: `${python} has no numpy, pandas, pyarrow, safetensors and duckdb` }
  }
}
const reader = findPython()
const title = 'why' in reader ? `(left out: ${reader.why})` : `by ${reader.python}`

describe.skipIf('why' in reader)(`what Python reads ${title}`, () => {
  it('is the same float32 and names in every format', async () => {
    if ('why' in reader) return
    await write('out.csv', { settings: { formulaGuards: false } })
    await write('list.parquet', { format: 'parquet' })
    await write('columns.parquet', { format: 'parquet', settings: { layout: 'columns' } })
    await write('array.npy', { format: 'npy', settings: { formulaGuards: false } })
    await write('out.safetensors', { format: 'safetensors' })
    await write('none.parquet', { format: 'parquet', imageIds: new Uint32Array() })
    await write('none.npy', { format: 'npy', imageIds: new Uint32Array() })
    const script = join(import.meta.dirname, 'readExports.py')
    const read = execFileSync(reader.python, [script, temporary.folder], { encoding: 'utf8' })
    const found = JSON.parse(read) as Record<string, { names: string[][]; numbers: number[][] }>
    expect(Object.keys(found)).toEqual([
      ...['csv', 'parquet list', 'parquet columns', 'duckdb', 'npy', 'safetensors', 'none'],
    ])
    const { none, ...whole } = found
    expect(none).toEqual({ names: [], numbers: [] })
    for (const [format, { names, numbers }] of Object.entries(whole)) {
      expect(numbers.map(rounded), format).toEqual(
        numbersOf().map((row) => row.map((value) => value + 0)),
      )
      expect(names, format).toEqual(
        namesOf().map(([path, label, split]) =>
          format === 'safetensors' ? [label] : [path, label, split],
        ),
      )
    }
  }, 60_000)
})
