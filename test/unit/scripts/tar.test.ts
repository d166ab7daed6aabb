import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { paxPath, readTarHeader, untar } from '../../../scripts/setup/tar.mjs'

interface Member {
  readonly name: string
  readonly content?: Buffer
  readonly type?: string
  readonly mode?: number
  readonly prefix?: string
}

function headerOf({ name, content, type = '0', mode = 0o644, prefix = '' }: Member): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write(mode.toString(8).padStart(7, '0'), 100)
  header.write((content?.length ?? 0).toString(8).padStart(11, '0'), 124)
  header.fill(' ', 148, 156)
  header.write(type, 156)
  header.write('ustar\u000000', 257)
  header.write(prefix, 345, 155)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function tarOf(members: readonly Member[]): Buffer {
  const parts = members.flatMap((member) => {
    const content = member.content ?? Buffer.alloc(0)
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
    return [headerOf(member), content, padding]
  })
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]))
}

const large = Buffer.alloc(3_000_001, 'semblance')

describe('tar reader', () => {
  let folder = ''
  let archive = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'semblance-tar-'))
    archive = join(folder, 'a.tgz')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('unpacks files of all sizes, long names and permissions', async () => {
    const longName = `package/${'deep/'.repeat(30)}end.txt`
    const record = ` path=${longName}\n`
    const length = record.length + 3
    writeFileSync(
      archive,
      tarOf([
        { name: 'package/', type: '5' },
        { name: 'package/large', content: large },
        { name: 'package/empty' },
        { name: 'package/exact', content: Buffer.alloc(1024, 7) },
        { name: 'run', prefix: 'package/bin', content: Buffer.from('#!'), mode: 0o755 },
        { name: 'PaxHeader', type: 'x', content: Buffer.from(`${length}${record}`) },
        { name: 'short', content: Buffer.from('pax') },
      ]),
    )
    const written = await untar(archive, folder, (name) => name)
    expect(written).toHaveLength(5)
    expect(readFileSync(join(folder, 'package/large')).equals(large)).toBe(true)
    expect(readFileSync(join(folder, 'package/empty'))).toHaveLength(0)
    expect(readFileSync(join(folder, 'package/exact'))).toEqual(Buffer.alloc(1024, 7))
    expect(readFileSync(join(folder, longName), 'utf8')).toBe('pax')
    if (process.platform !== 'win32') {
      expect(statSync(join(folder, 'package/bin/run')).mode & 0o777).toBe(0o755)
    }
  })

  it('takes only what is asked for, and no links', async () => {
    const members = [
      { name: 'a', content: Buffer.from('a') },
      { name: 'b', content: Buffer.from('b') },
      { name: 'link', type: '2' },
    ]
    writeFileSync(archive, tarOf(members))
    const written = await untar(archive, folder, (name) => (name === 'a' ? undefined : name))
    expect(written).toEqual([join(folder, 'b')])
  })

  it('refuses a damaged header, a cut archive and names that lead out', async () => {
    const header = headerOf({ name: 'a' })
    expect(readTarHeader(header)?.name).toBe('a')
    header.writeUInt8(1, 5)
    expect(() => readTarHeader(header)).toThrow('checksum')
    expect(readTarHeader(Buffer.alloc(512))).toBeUndefined()
    writeFileSync(archive, tarOf([{ name: '../escape', content: Buffer.from('x') }]))
    await expect(untar(archive, folder, (name) => name)).rejects.toThrow('outside')
    writeFileSync(archive, tarOf([{ name: 'large', content: large }]).subarray(0, 2_000))
    await expect(untar(archive, folder, (name) => name)).rejects.toThrow()
  })

  it('reads the path out of PAX records', () => {
    expect(paxPath('20 mtime=1234567890\n16 path=some/a\n')).toBe('some/a')
    expect(paxPath('20 mtime=1234567890\n')).toBeUndefined()
  })
})
