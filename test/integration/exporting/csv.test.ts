import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csvChunks, csvField, defused, writeCsv } from '../../../src/main/exporting/csv'
import { writeChunks } from '../../../src/main/exporting/writeChunks'
import { AppError } from '../../../src/shared/errors'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-csv-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a CSV field', () => {
  it('is quoted where it must be and nowhere else', () => {
    expect(csvField('cat')).toBe('cat')
    expect(csvField('a,b')).toBe('"a,b"')
    expect(csvField('say "hi"')).toBe('"say ""hi"""')
    expect(csvField('two\nlines')).toBe('"two\nlines"')
  })
  it.each(['=1+1', '+cmd', '-2', '@sum', '\tx', '\rx'])('defuses the formula %j', (text) => {
    expect(defused(text)).toBe(`'${text}`)
  })
  it('leaves other text alone', () => {
    expect(defused('cat=dog')).toBe('cat=dog')
    expect(defused('猫')).toBe('猫')
  })
})

describe('writing a CSV file', () => {
  it('can be read back by another reader, whatever the names', async () => {
    const file = join(folder, 'out.csv')
    const names = ['plain', 'com,ma', 'qu"ote', 'new\nline', '表情 😀', "l'apostrophe", '']
    const isWritten = await writeCsv(
      file,
      ['image', 'value'],
      names.map((name, k) => [name, k / 3]),
    )
    expect(isWritten).toBe(true)
    const rows: string[][] = parse(await readFile(file))
    expect(rows[0]).toEqual(['image', 'value'])
    expect(rows.slice(1).map((row) => row[0])).toEqual(names)
    expect(rows.slice(1).map((row) => Number(row[1]))).toEqual(names.map((_, k) => k / 3))
  })

  it('keeps what stood there when it is cancelled, and leaves nothing half done', async () => {
    const file = join(folder, 'out.csv')
    await writeFile(file, 'precious')
    const controller = new AbortController()
    function* rows(): Generator<[string]> {
      for (let k = 0; k < 10; k++) {
        if (k === 5) controller.abort()
        yield [`row ${k}`]
      }
    }
    const { signal } = controller
    expect(await writeChunks(file, csvChunks(file, ['a'], rows()), { signal })).toBe(false)
    expect(await readFile(file, 'utf8')).toBe('precious')
    expect(await readdir(folder)).toEqual(['out.csv'])
  })

  it('keeps what stood there when the rows fail', async () => {
    const file = join(folder, 'out.csv')
    await writeFile(file, 'precious')
    function* rows(): Generator<[string]> {
      yield ['one']
      throw new Error('lost the drive')
    }
    await expect(writeCsv(file, ['a'], rows())).rejects.toMatchObject({
      code: 'writeFailed',
    })
    expect(await readFile(file, 'utf8')).toBe('precious')
    expect(await readdir(folder)).toEqual(['out.csv'])
  })

  it('says what to do where the folder is gone', async () => {
    const attempt = writeCsv(join(folder, 'gone', 'out.csv'), ['a'], [])
    await expect(attempt).rejects.toBeInstanceOf(AppError)
    await expect(attempt).rejects.toThrow(/try again/)
  })
})
