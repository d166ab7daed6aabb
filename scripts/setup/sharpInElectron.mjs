import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dynamicSymbols, makePrivate } from './privateSymbols.mjs'

/**
 * Lets sharp run inside Electron on Linux. Its libvips carries a GLib of its own, but Electron has
 * loaded the system's (through GTK) before, and the dynamic linker takes the first of two symbols
 * of a name: objects of one GLib then reach the functions of the other, which floods the terminal
 * and ends the program. Giving the few shared names new ones, in both of sharp's files alike, ties
 * sharp to its own GLib everywhere. Plain Node does not notice.
 *
 * @param {string} root the checkout
 * @returns {boolean} whether something was changed
 */
export function separateSharp(root) {
  if (process.platform !== 'linux') return false
  const packages = join(root, 'node_modules', '@img')
  if (!existsSync(packages)) return false
  let changed = false
  for (const name of readdirSync(packages)) {
    const match = /^sharp-(linux(?:musl)?-(?:x64|arm64|riscv64))$/.exec(name)
    if (match === null) continue
    const [binding] = filesOf(join(packages, name, 'lib'), /\.node$/)
    const [library] = filesOf(
      join(packages, `sharp-libvips-${match[1]}`, 'lib'),
      /^libvips-cpp\.so/,
    )
    if (binding !== undefined && library !== undefined && separate(binding, library)) changed = true
  }
  return changed
}

/** @param {string} folder @param {RegExp} pattern @returns {string[]} */
function filesOf(folder, pattern) {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name))
}

/** @param {string} binding @param {string} library @returns {boolean} */
function separate(binding, library) {
  const [bindingBytes, libraryBytes] = [readFileSync(binding), readFileSync(library)]
  const isGlib = (/** @type {string} */ name) => name.startsWith('g_')
  const wanted = dynamicSymbols(bindingBytes)
    .filter(({ name, isDefined }) => !isDefined && isGlib(name))
    .map(({ name }) => name)
  if (wanted.length === 0) return false
  const shared = new Set(wanted)
  // Data that the library reaches by name as well; its functions it reaches directly.
  const data = dynamicSymbols(libraryBytes)
    .filter(({ name, isDefined, isFunction }) => isDefined && !isFunction && isGlib(name))
    .map(({ name }) => name)
  makePrivate(bindingBytes, shared)
  makePrivate(libraryBytes, new Set([...wanted, ...data]))
  const offered = new Set(
    dynamicSymbols(libraryBytes)
      .filter(({ isDefined }) => isDefined)
      .map(({ name }) => name),
  )
  const missing = dynamicSymbols(bindingBytes).find(
    ({ name, isDefined }) => !isDefined && name.startsWith('h>') && !offered.has(name),
  )
  if (missing !== undefined) throw new Error(`sharp's library does not offer ${missing.name}`)
  const temporary = [binding, library].map((file) => `${file}.${process.pid}.new`)
  for (const [index, bytes] of [bindingBytes, libraryBytes].entries()) {
    const [from, to] = [[binding, library][index] ?? '', temporary[index] ?? '']
    writeFileSync(to, bytes, { mode: statSync(from).mode })
  }
  renameSync(temporary[1] ?? '', library)
  renameSync(temporary[0] ?? '', binding)
  return true
}
