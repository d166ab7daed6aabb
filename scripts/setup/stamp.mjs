import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/**
 * What set-up did in a checkout; `tensorflow` is read by the program too, to say why no native
 * backend runs.
 *
 * @typedef {object} TensorflowRecord
 * @property {boolean} available
 * @property {string | null} version TensorFlow's version, for instance '2.18.1'
 * @property {boolean} gpu whether CUDA's libraries came with it
 * @property {string} reason one sentence: what runs, or why it does not
 *
 * @typedef {Record<string, unknown> & { stamps?: Record<string, string>, tensorflow?: TensorflowRecord }} SetUpState
 */

/** @param {string} root the checkout */
export function stateFile(root) {
  return join(root, 'node_modules', '.semblance-setup.json')
}

/**
 * The recorded state; empty when there is none or it cannot be read.
 *
 * @param {string} root
 * @returns {SetUpState}
 */
export function readState(root) {
  try {
    const state = JSON.parse(readFileSync(stateFile(root), 'utf8'))
    return typeof state === 'object' && state !== null && !Array.isArray(state) ? state : {}
  } catch {
    return {}
  }
}

/**
 * Merges `changes` into the recorded state, written whole or not at all.
 *
 * @param {string} root
 * @param {SetUpState} changes `stamps` are merged one by one
 */
export function writeState(root, changes) {
  const before = readState(root)
  const state = { ...before, ...changes, stamps: { ...before.stamps, ...changes.stamps } }
  const file = stateFile(root)
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(temporary, file)
}

/**
 * SHA-256 in hex over several texts or bytes, each marked off from the next.
 *
 * @param {...(string | Uint8Array)} parts
 */
export function hashOf(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(`${typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength}:`)
    hash.update(part)
  }
  return hash.digest('hex')
}

/**
 * One hash over the names and contents of files and of all files inside folders, independent of
 * the order in which the file system lists them. A path that does not exist counts as such.
 *
 * @param {string} root names are taken relative to it
 * @param {readonly string[]} paths relative to root
 * @returns {string}
 */
export function hashOfFiles(root, paths) {
  /** @type {string[]} */
  const files = []
  const walk = (/** @type {string} */ path) => {
    /** @type {import('node:fs').Dirent[]} */
    let entries
    try {
      entries = readdirSync(path, { withFileTypes: true })
    } catch {
      files.push(path)
      return
    }
    for (const entry of entries) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      if (entry.isDirectory()) walk(join(path, entry.name))
      else files.push(join(path, entry.name))
    }
  }
  for (const path of paths) walk(join(root, path))
  const parts = files
    .map((file) => ({ name: relative(root, file).split(sep).join('/'), file }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, file }) => [name, existsSync(file) ? readFileSync(file) : 'absent'])
  return hashOf(...parts)
}
