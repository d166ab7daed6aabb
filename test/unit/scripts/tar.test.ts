import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { untar } from '../../../scripts/setup/tar.mjs'

interface Member {
  readonly name: string
  readonly content?: Buffer
  readonly type?: string
  readonly mode?: number
  readonly prefix?: string
  /** What a link points to. */
  readonly target?: string
}

function headerOf(member: Member): Buffer {
  const { name, content, type = '0', mode = 0o644, prefix = '', target = '' } = member
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write(mode.toString(8).padStart(7, '0'), 100)
  header.write((content?.length ?? 0).toString(8).padStart(11, '0'), 124)
  header.fill(' ', 148, 156)
  header.write(type, 156)
  header.write(target, 157, 100)
  header.write('ustar\u000000', 257)
  header.write(prefix, 345, 155)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** `damage` is the place of a byte that is changed after the check sum was written. */
function tarOf(members: readonly Member[], { damage }: { damage?: number } = {}): Buffer {
  const parts = members.flatMap((member) => {
    const content = member.content ?? Buffer.alloc(0)
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
    return [headerOf(member), content, padding]
  })
  const bytes = Buffer.concat([...parts, Buffer.alloc(1024)])
  if (damage !== undefined) bytes.writeUInt8(1, damage)
  return gzipSync(bytes)
}

const large = Buffer.alloc(3_000_001, 'semblance')

describe('tar reader', () => {
  let folder = ''
  let archive = ''
  let out = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'semblance-tar-'))
    archive = join(folder, 'a.tgz')
    out = join(folder, 'out')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('unpacks files of all sizes, long names and permissions, without the outer folder', async () => {
    const longName = `${'deep/'.repeat(30)}end.txt`
    const record = ` path=package/${longName}\n`
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
    await untar(archive, out, () => true)
    expect(readdirSync(out).sort()).toEqual(['bin', 'deep', 'empty', 'exact', 'large'])
    expect(readFileSync(join(out, 'large')).equals(large)).toBe(true)
    expect(readFileSync(join(out, 'empty'))).toHaveLength(0)
    expect(readFileSync(join(out, 'exact'))).toEqual(Buffer.alloc(1024, 7))
    expect(readFileSync(join(out, longName), 'utf8')).toBe('pax')
    if (process.platform !== 'win32') {
      expect(statSync(join(out, 'bin/run')).mode & 0o777).toBe(0o755)
    }
  })

  it('takes only what is asked for, and no links', async () => {
    const members = [
      { name: 'package/a', content: Buffer.from('a') },
      { name: 'package/b', content: Buffer.from('b') },
      { name: 'package/link', type: '2', target: '/etc/passwd' },
      { name: 'package/hard', type: '1', target: 'package/b' },
    ]
    writeFileSync(archive, tarOf(members))
    await untar(archive, out, (name) => name !== 'package/a')
    expect(readdirSync(out)).toEqual(['b'])
  })

  it('refuses names that lead out of the folder', async () => {
    for (const name of ['package/../../escape', `package/${folder}/escape`]) {
      writeFileSync(archive, tarOf([{ name, content: Buffer.from('x') }]))
      await expect(
        untar(archive, out, () => true),
        name,
      ).rejects.toThrow()
    }
    expect(readdirSync(folder).sort()).toEqual(['a.tgz', 'out'])
    expect(readdirSync(out)).toEqual([])
  })

  it('refuses a damaged header, a cut archive and what is no archive', async () => {
    const whole = [{ name: 'package/large', content: large }]
    writeFileSync(archive, tarOf(whole, { damage: 5 }))
    await expect(untar(archive, out, () => true)).rejects.toThrow('checksum')
    writeFileSync(archive, tarOf(whole).subarray(0, 2_000))
    await expect(untar(archive, out, () => true)).rejects.toThrow()
    writeFileSync(archive, gzipSync(gunzipSync(tarOf(whole)).subarray(0, 512 * 100)))
    await expect(untar(archive, out, () => true)).rejects.toThrow('Truncated')
    writeFileSync(archive, 'not an archive at all, whatever its name')
    await expect(untar(archive, out, () => true)).rejects.toThrow()
  })
})
