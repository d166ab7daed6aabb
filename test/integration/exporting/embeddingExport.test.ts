import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportEmbeddings } from '../../../src/main/exporting/embeddingExport'
import { embeddingFormats } from '../../../src/main/exporting/formats'
import type { EmbeddingFormat } from '../../../src/main/exporting/formats/format'
import { runFolder } from '../../../src/main/workspace'
import type { DatasetId, RunId } from '../../../src/shared/model/ids'
import type { TrainingOptions } from '../../../src/shared/model/training'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

let temporary: TemporaryStore
let runId: RunId
let datasetId: DatasetId
let ids: Map<string, number>
const paths = ['=danger/1.png', '猫/"q".png', 'b/new\nline.png', 'b/2.png', 'root.png']
const columns = 3
let file: string

beforeEach(async () => {
  temporary = await temporaryStore()
  const added = await addImages(
    temporary.store,
    '/pictures',
    paths.map((path) => ({ path, label: path.includes('/') ? path.split('/')[0]! : null })),
  )
  ;({ datasetId } = added)
  ids = added.idOf
  runId = await temporary.store.runs.create(datasetId, {} as TrainingOptions, 1)
  file = join(temporary.folder, 'out.csv')
})
afterEach(() => temporary.dispose())

/** Row i, in the reverse of the order of paths, is (i + 1/3, 10 - i, 1e-20). */
async function writeRun(): Promise<Map<string, readonly number[]>> {
  const folder = runFolder(temporary.workspace, runId)
  await mkdir(folder, { recursive: true })
  const order = [...ids.keys()].reverse()
  const values = order.map((_, row) => [Math.fround(row + 1 / 3), 10 - row, Math.fround(1e-20)])
  await writeFile(
    join(folder, 'embeddings.f32'),
    new Uint8Array(Float32Array.from(values.flat()).buffer),
  )
  await writeFile(
    join(folder, 'ids.u32'),
    new Uint8Array(Uint32Array.from(order, (path) => ids.get(path)!).buffer),
  )
  await writeFile(
    join(folder, 'splits.u8'),
    Uint8Array.from(order, (_, row) => row % 3),
  )
  await temporary.store.runs.update(runId, { hasEmbeddings: true, status: 'finished' })
  return new Map(order.map((path, row) => [path, values[row]!]))
}

const request = () => ({
  store: temporary.store,
  workspace: temporary.workspace,
  runId,
  file,
})

/** One line an image: its path and the sum of its numbers. */
const sums: EmbeddingFormat = {
  name: 'sums',
  title: { en: 'Sums', 'zh-CN': '和' },
  description: { en: 'For this test.', 'zh-CN': '仅供测试。' },
  extension: 'txt',
  settings: [],
  partNames: [''],
  parts: ({ rows }) => [
    {
      name: '',
      async *write() {
        yield `${rows.count} x ${rows.dimension}\n`
        for await (const { cells, embedding } of rows.read(['sha256', 'width'])) {
          yield `${cells.join(' ')} ${embedding.reduce((sum, value) => sum + value, 0)}\n`
        }
      },
    },
  ],
}

describe('a format that was registered from outside', () => {
  it('is given the same rows one by one, counted beforehand, and reports how far it is', async () => {
    embeddingFormats.register(sums)
    const values = await writeRun()
    const progress: number[] = []
    const onProgress = (done: number, total: number) => progress.push(done / total)
    const written = await exportEmbeddings({ ...request(), format: 'sums', onProgress })
    expect(written).toMatchObject({ rows: paths.length, files: [file] })
    expect(progress.at(-1)).toBe(1)
    const [head, ...lines] = (await readFile(file, 'utf8')).trim().split('\n')
    expect(head).toBe(`${paths.length} x ${columns}`)
    expect(lines.map((line) => line.split(' ').slice(1))).toEqual(
      [...ids.keys()].map((path) => ['64', String(values.get(path)!.reduce((a, b) => a + b, 0))]),
    )
    const unknown = exportEmbeddings({ ...request(), format: 'xls' })
    await expect(unknown).rejects.toThrow(/Choose one of: csv, parquet, npy/)
  })
})

describe('embeddings as CSV', () => {
  it('have every image in order of path, exact numbers, the label of now, no formula', async () => {
    const values = await writeRun()
    await temporary.store.database.transaction(async (transaction) => {
      const label = await temporary.store.labels.ensure(transaction, datasetId, '+1')
      await temporary.store.images.setLabel(
        transaction,
        Uint32Array.of(ids.get('root.png')!),
        label,
      )
    })
    const progress: number[] = []
    const rows = await exportEmbeddings({
      ...request(),
      onProgress: (done, total) => progress.push(done / total),
    })
    expect(rows?.rows).toBe(paths.length)
    expect(progress.at(-1)).toBe(1)
    const [header, ...records] = parse(await readFile(file)) as string[][]
    expect(header).toEqual(['image', 'label', 'split', 'e0', 'e1', 'e2'])
    const sorted = [...ids.keys()]
    expect(sorted).toEqual(
      [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
    expect(records.map((record) => record[0]!.replace(/^'/, ''))).toEqual(sorted)
    expect(
      records.map((record) => record.slice(3).map((text) => Math.fround(Number(text)))),
    ).toEqual(sorted.map((path) => values.get(path)))
    const byPath = new Map(records.map((record) => [record[0], record]))
    expect(byPath.get("'=danger/1.png")?.[1]).toBe("'=danger")
    expect(byPath.get('root.png')?.[1]).toBe("'+1")
    expect(byPath.get('猫/"q".png')?.slice(1, 3)).toEqual(['猫', 'none'])
    expect(records.every((record) => record.length === 3 + columns)).toBe(true)
  })

  it('may be of a selection', async () => {
    await writeRun()
    const imageIds = Uint32Array.of(ids.get('b/2.png')!, 9999)
    expect(await exportEmbeddings({ ...request(), imageIds })).toMatchObject({ rows: 1 })
    expect(parse(await readFile(file))).toHaveLength(2)
  })

  it('leave nothing where they are cancelled, and say where there are none', async () => {
    await expect(exportEmbeddings(request())).rejects.toMatchObject({ code: 'noEmbeddings' })
    await writeRun()
    const controller = new AbortController()
    controller.abort()
    expect(await exportEmbeddings({ ...request(), signal: controller.signal })).toBeNull()
    expect((await readdir(temporary.folder)).sort()).toEqual(['user data'])
  })

  it('say that a place cannot be written to', async () => {
    await writeRun()
    const place = { ...request(), file: '/proc/out.csv' }
    await expect(exportEmbeddings(place)).rejects.toMatchObject({
      code: expect.stringMatching(/readOnly|writeFailed/) as string,
    })
  })

  it('of a full disk say so and keep what was there', async () => {
    await writeRun()
    const { writeCsv } = await import('../../../src/main/exporting/csv')
    function* rows(): Generator<[string]> {
      yield ['one']
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    }
    await writeFile(file, 'before')
    await expect(writeCsv(file, ['a'], rows())).rejects.toMatchObject({
      code: 'diskFull',
    })
    expect(await readFile(file, 'utf8')).toBe('before')
  })
})
