import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathInside, unzip } from '../../../scripts/setup/zip.mjs'

interface Member {
  readonly name: string
  readonly content: Buffer
  readonly deflated?: boolean
  readonly mode?: number
  /** The size in bytes that the archive says, where it is not the true one. */
  readonly size?: number
}

/** Writes a zip archive by the format's specification; zip64 writes every size and offset there. */
function zipOf(
  members: readonly Member[],
  options: { zip64?: boolean; encrypted?: boolean } = {},
): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, deflated = true, mode = 0o100644, ...rest } of members) {
    const { size = content.length } = rest
    const data = deflated ? deflateRawSync(content) : content
    const nameBytes = Buffer.from(name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(deflated ? 8 : 0, 8)
    local.writeUInt16LE(nameBytes.length, 26)
    const extra = options.zip64 ? Buffer.alloc(28) : Buffer.alloc(0)
    if (options.zip64) {
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(24, 2)
      extra.writeBigUInt64LE(BigInt(size), 4)
      extra.writeBigUInt64LE(BigInt(data.length), 12)
      extra.writeBigUInt64LE(BigInt(offset), 20)
    }
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(options.encrypted ? 1 : 0, 8)
    central.writeUInt16LE(deflated ? 8 : 0, 10)
    central.writeUInt32LE(crc32(content), 16)
    central.writeUInt32LE(options.zip64 ? 0xffffffff : data.length, 20)
    central.writeUInt32LE(options.zip64 ? 0xffffffff : size, 24)
    central.writeUInt16LE(nameBytes.length, 28)
    central.writeUInt16LE(extra.length, 30)
    central.writeUInt32LE((mode << 16) >>> 0, 38)
    central.writeUInt32LE(options.zip64 ? 0xffffffff : offset, 42)
    directory.push(central, nameBytes, extra)
    parts.push(local, nameBytes, data)
    offset += local.length + nameBytes.length + data.length
  }
  const directoryBytes = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(options.zip64 ? 0xffff : members.length, 10)
  end.writeUInt32LE(options.zip64 ? 0xffffffff : directoryBytes.length, 12)
  end.writeUInt32LE(options.zip64 ? 0xffffffff : offset, 16)
  if (!options.zip64) return Buffer.concat([...parts, directoryBytes, end])
  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(BigInt(members.length), 32)
  end64.writeBigUInt64LE(BigInt(directoryBytes.length), 40)
  end64.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(offset + directoryBytes.length), 8)
  return Buffer.concat([...parts, directoryBytes, end64, locator, end])
}

const members = [
  { name: 'app/large.txt', content: Buffer.from('abc'.repeat(100_000)) },
  { name: 'app/stored.bin', content: Buffer.from([0, 1, 2, 3]), deflated: false },
  { name: 'app/empty', content: Buffer.alloc(0), deflated: false },
  { name: 'app/', content: Buffer.alloc(0), deflated: false },
  { name: 'app/run', content: Buffer.from('#!'), mode: 0o100755 },
]

describe('zip reader', () => {
  let folder = ''
  let archive = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'semblance-zip-'))
    archive = join(folder, 'a.zip')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it.each([{ zip64: false }, { zip64: true }])('unpacks what was packed ($zip64)', async (form) => {
    writeFileSync(archive, zipOf(members, form))
    const out = join(folder, 'out')
    const written = await unzip(archive, out, (name) => name.replace('app/', ''))
    expect(written).toHaveLength(4)
    expect(readFileSync(join(out, 'large.txt'), 'utf8')).toBe('abc'.repeat(100_000))
    expect([...readFileSync(join(out, 'stored.bin'))]).toEqual([0, 1, 2, 3])
    expect(readFileSync(join(out, 'empty'))).toHaveLength(0)
    if (process.platform !== 'win32') {
      expect(statSync(join(out, 'run')).mode & 0o777).toBe(0o755)
    }
  })

  it('takes only what is asked for', async () => {
    writeFileSync(archive, zipOf(members))
    const written = await unzip(archive, folder, (name) =>
      name.endsWith('.bin') ? 'x/y.bin' : undefined,
    )
    expect(written).toEqual([join(folder, 'x', 'y.bin')])
  })

  it('leaves symbolic links out', async () => {
    const link = { name: 'link', content: Buffer.from('/etc/passwd'), mode: 0o120777 }
    writeFileSync(archive, zipOf([link]))
    expect(await unzip(archive, folder, (name) => name)).toEqual([])
  })

  it('finds damage by the check sum', async () => {
    const bytes = zipOf([{ name: 'a', content: Buffer.from('hello'), deflated: false }])
    bytes.writeUInt8(0x21, 30 + 1)
    writeFileSync(archive, bytes)
    await expect(unzip(archive, folder, (name) => name)).rejects.toThrow('damaged')
  })

  it.each([4, 6])('refuses 5 bytes that the archive says are %i', async (size) => {
    const content = Buffer.from('hello')
    writeFileSync(archive, zipOf([{ name: 'a', content, size }]))
    await expect(unzip(archive, folder, (name) => name)).rejects.toThrow('bytes')
  })

  it('refuses what is no zip archive, is cut short, or is encrypted', async () => {
    writeFileSync(archive, 'not a zip archive at all, whatever its name')
    await expect(unzip(archive, folder, (name) => name)).rejects.toThrow('not a zip file')
    writeFileSync(archive, zipOf(members).subarray(0, -30))
    await expect(unzip(archive, folder, (name) => name)).rejects.toThrow()
    writeFileSync(archive, zipOf(members, { encrypted: true }))
    await expect(unzip(archive, folder, (name) => name)).rejects.toThrow('encrypted')
  })

  it('refuses names that lead out of the folder', async () => {
    for (const name of ['../escape', join(tmpdir(), 'escape')]) {
      writeFileSync(archive, zipOf([{ name, content: Buffer.from('x') }]))
      await expect(
        unzip(archive, join(folder, 'out'), (other) => other),
        name,
      ).rejects.toThrow()
      expect(readdirSync(folder)).toEqual(['a.zip'])
    }
    writeFileSync(archive, zipOf([{ name: 'a', content: Buffer.from('x') }]))
    await expect(unzip(archive, folder, () => '../escape')).rejects.toThrow('outside')
    expect(pathInside('/a/b', 'c/d')).toBe('/a/b/c/d')
    expect(() => pathInside('/a/b', '../c')).toThrow('outside')
    expect(() => pathInside('/a/b', '/etc/passwd')).toThrow('outside')
    expect(() => pathInside('/a/b', 'x/../../bc/d')).toThrow('outside')
  })
})
