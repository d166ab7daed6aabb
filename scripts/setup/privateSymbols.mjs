/**
 * Renames symbols in the dynamic string table of an ELF file, in place. A name changes two
 * neighbouring characters so that its GNU hash (h = 33 h + c) stays what it was: the hash table
 * of the file remains right, and nothing moves.
 */

const sectionType = { dynamicSymbols: 11 }
const symbolBytes = 24

/**
 * The name that stands for a name beginning with `g_`: of the same length and the same hash,
 * because one more in the first character is 33 in the second. Its end stays as it is, because
 * other names may share it (`g_free` and `free` are stored as one).
 *
 * @param {string} name
 */
export const privateName = (name) => `h>${name.slice(2)}`

/** @param {string} name @returns {number} as the dynamic linker computes it */
export function gnuHash(name) {
  let hash = 5381
  for (const byte of Buffer.from(name)) hash = (Math.imul(hash, 33) + byte) >>> 0
  return hash
}

/**
 * @typedef {{ name: string, at: number, isDefined: boolean, isFunction: boolean }} DynamicSymbol
 *   `at`: where its name lies in the file
 */

/**
 * The dynamic symbols of a 64-bit little-endian ELF file.
 *
 * @param {Buffer} file
 * @returns {DynamicSymbol[]}
 * @throws where it is not such a file
 */
export function dynamicSymbols(file) {
  const isElf = file.length > 64 && file.readUInt32BE(0) === 0x7f454c46
  if (!isElf || file[4] !== 2 || file[5] !== 1) throw new Error('not a 64-bit ELF file')
  const sectionsAt = Number(file.readBigUInt64LE(40))
  const [sectionBytes, sectionCount] = [file.readUInt16LE(58), file.readUInt16LE(60)]
  /** @param {number} index */
  const section = (index) => {
    const at = sectionsAt + index * sectionBytes
    return {
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 24)),
      size: Number(file.readBigUInt64LE(at + 32)),
      link: file.readUInt32LE(at + 40),
    }
  }
  const table = Array.from({ length: sectionCount }, (_, index) => section(index)).find(
    ({ type }) => type === sectionType.dynamicSymbols,
  )
  if (table === undefined) throw new Error('no dynamic symbols')
  const strings = section(table.link)
  return Array.from({ length: table.size / symbolBytes }, (_, index) => {
    const entry = table.offset + index * symbolBytes
    const at = strings.offset + file.readUInt32LE(entry)
    const end = file.indexOf(0, at)
    return {
      name: file.toString('latin1', at, end),
      at,
      isDefined: file.readUInt16LE(entry + 6) !== 0,
      isFunction: ((file[entry + 4] ?? 0) & 15) === 2,
    }
  })
}

/**
 * Gives the named symbols, which begin with `g_`, their private names, in the buffer.
 *
 * @param {Buffer} file
 * @param {ReadonlySet<string>} names
 * @returns {number} how many were renamed
 * @throws where a symbol that must stay would change with them
 */
export function makePrivate(file, names) {
  const before = dynamicSymbols(file)
  const renamed = before.filter(({ name }) => names.has(name))
  for (const { name, at } of renamed) {
    if (!name.startsWith('g_')) throw new Error(`${name} has no private name`)
    file.write(privateName(name), at, 'latin1')
  }
  for (const [index, { name, isDefined }] of dynamicSymbols(file).entries()) {
    const old = before[index]?.name ?? ''
    // The end of a longer name may be one of ours. What the file itself defines, it also finds.
    if (!isDefined && name !== (names.has(old) ? privateName(old) : old)) {
      throw new Error(`${old} shares its characters with another symbol`)
    }
  }
  return renamed.length
}
