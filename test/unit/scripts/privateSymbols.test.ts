import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dynamicSymbols, gnuHash, privateName } from '../../../scripts/setup/privateSymbols.mjs'

describe('privateName', () => {
  it('keeps length and hash', () => {
    for (const name of ['g_free', 'g_object_ref', 'g_signal_connect_data', 'g_utf8_validate']) {
      expect(privateName(name)).not.toBe(name)
      expect(privateName(name)).toHaveLength(name.length)
      expect(gnuHash(privateName(name))).toBe(gnuHash(name))
    }
  })

  it('hashes as the dynamic linker does', () => {
    // From the ELF gABI supplement: the hash of printf, and of nothing.
    expect(gnuHash('')).toBe(0x1505)
    expect(gnuHash('printf')).toBe(0x156b2bb8)
  })
})

describe('dynamicSymbols', () => {
  it('refuses what is no ELF file', () => {
    expect(() => dynamicSymbols(Buffer.from('MZ not a library'))).toThrow('ELF')
  })

  it('has tied the installed sharp to its own GLib', () => {
    const packages = resolve(import.meta.dirname, '../../../node_modules/@img')
    const bindings = readdirSync(packages).filter((name) => /^sharp-linux/.test(name))
    if (process.platform === 'linux') expect(bindings).toHaveLength(1)
    for (const binding of bindings) {
      const library = binding.replace('sharp-', 'sharp-libvips-')
      const wanted = symbolsIn(join(packages, binding, 'lib'), /\.node$/, false)
      const offered = symbolsIn(join(packages, library, 'lib'), /^libvips-cpp/, true)
      expect(wanted.filter((name) => name.startsWith('g_'))).toEqual([])
      const own = wanted.filter((name) => name.startsWith('h>'))
      expect(own).toContain(privateName('g_object_ref'))
      for (const name of own) expect(offered).toContain(name)
    }
  })
})

function symbolsIn(folder: string, file: RegExp, isDefined: boolean): string[] {
  const name = readdirSync(folder).find((candidate) => file.test(candidate)) ?? ''
  return dynamicSymbols(readFileSync(join(folder, name)))
    .filter((symbol) => symbol.isDefined === isDefined)
    .map((symbol) => symbol.name)
}
