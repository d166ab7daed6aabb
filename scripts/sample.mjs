import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { svgOf } from './iconSvg.mjs'
import { emojiSets, sampleClasses } from './sampleClasses.mjs'
import { elapsed, runScript, say, SetUpError } from './setup/report.mjs'
import { hashOf, hashOfFiles } from './setup/stamp.mjs'

const checkout = fileURLToPath(new URL('..', import.meta.url))
const requirePackage = createRequire(import.meta.url)

export const sampleImagePx = 96

/** What draws, beside the sets' own drawings. */
const stampedFiles = ['scripts/sample.mjs', 'scripts/sampleClasses.mjs', 'scripts/iconSvg.mjs']

/** @typedef {import('./iconSvg.mjs').IconSet} IconSet */

/** @param {string} set @param {string} file */
function readSetFile(set, file) {
  return JSON.parse(
    readFileSync(join(checkout, 'node_modules', '@iconify-json', set, file), 'utf8'),
  )
}

/**
 * The names that all sets have, skin tones left out: one class each.
 *
 * @param {readonly IconSet[]} sets
 * @returns {string[]} sorted by code unit
 */
export function commonNames(sets) {
  const [first, ...others] = sets.map(
    (set) => new Set([...Object.keys(set.icons), ...Object.keys(set.aliases ?? {})]),
  )
  return [...(first ?? [])]
    .filter((name) => others.every((names) => names.has(name)))
    .filter((name) => !/skin-tone|-(light|medium|dark)/.test(name))
    .sort((a, b) => (a < b ? -1 : 1))
}

/**
 * `count` of `names`, evenly spread over the list.
 *
 * @template T
 * @param {readonly T[]} names
 * @param {number} count
 * @returns {T[]}
 */
export function spread(names, count) {
  const taken = Math.min(count, names.length)
  return Array.from({ length: taken }, (_, index) => {
    return /** @type {T} */ (names[Math.floor((index * names.length) / taken)])
  })
}

/** @returns {string} origin and licence of each set, from the packages themselves */
function credits() {
  const lines = emojiSets.map((set) => {
    const info = readSetFile(set, 'info.json')
    const { version } = readSetFile(set, 'package.json')
    return (
      `${set}.png in each folder: ${info.name} by ${info.author.name} (${info.author.url ?? ''})\n` +
      `  licence ${info.license.spdx}: ${info.license.url}\n` +
      `  taken from the npm package @iconify-json/${set} ${version}, drawn on white and scaled`
    )
  })
  return `The drawings in this folder and their licences\n\n${lines.join('\n')}\n`
}

/**
 * Draws classes of emoji into `folder/<class>/<set>.png`, eight drawings each, on white, with a
 * CREDITS.txt. What is in the folder is kept; files of the same name are replaced.
 *
 * @param {string} folder
 * @param {{ classes?: readonly string[] | 'all' | number, sets?: readonly string[], size?: number }} [options]
 *   classes by name, all that the eight sets share, or so many of these evenly spread over the
 *   alphabet; size in pixels
 * @returns {Promise<{ classes: number, images: number }>}
 * @throws when a class is not in every set
 */
export async function drawEmoji(folder, options = {}) {
  const { classes = sampleClasses, sets = emojiSets, size = sampleImagePx } = options
  const sharp = requirePackage('sharp')
  /** @type {IconSet[]} */
  const loaded = sets.map((set) => readSetFile(set, 'icons.json'))
  const names =
    typeof classes === 'number'
      ? spread(commonNames(loaded), classes)
      : classes === 'all'
        ? commonNames(loaded)
        : classes
  mkdirSync(folder, { recursive: true })
  const jobs = names.flatMap((name) => {
    mkdirSync(join(folder, name), { recursive: true })
    return sets.map((set, index) => ({ name, set, icons: /** @type {IconSet} */ (loaded[index]) }))
  })
  const total = jobs.length
  const worker = async () => {
    for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
      const svg = svgOf(job.icons, job.name)
      const height = Number(/ height="([\d.]+)"/.exec(svg)?.[1] ?? 16)
      await sharp(Buffer.from(svg), { density: Math.min(2_400, (72 * size) / height) })
        .resize(size, size, { fit: 'contain', background: '#ffffff' })
        .flatten({ background: '#ffffff' })
        .removeAlpha()
        .png({ compressionLevel: 6 })
        .toFile(join(folder, job.name, `${job.set}.png`))
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  writeFileSync(join(folder, 'CREDITS.txt'), credits())
  return { classes: names.length, images: total }
}

/**
 * What the bundled sample is made of: it is drawn again when this changes.
 *
 * @param {string} root the checkout
 */
export function sampleStamp(root) {
  const versions = emojiSets.map(
    (set) =>
      JSON.parse(
        readFileSync(join(root, 'node_modules', '@iconify-json', set, 'package.json'), 'utf8'),
      ).version,
  )
  return hashOf(hashOfFiles(root, stampedFiles), ...versions)
}

/**
 * Draws the bundled sample into resources/sample, whole or not at all.
 *
 * @param {string} root the checkout
 */
export async function buildSample(root) {
  const folder = join(root, 'resources', 'sample')
  const started = performance.now()
  const temporary = `${folder}.${process.pid}.tmp`
  try {
    const { classes, images } = await drawEmoji(temporary)
    rmSync(folder, { recursive: true, force: true })
    renameSync(temporary, folder)
    say(`sample: drew ${images} emoji of ${classes} classes (${elapsed(started)})`)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** @param {string} text @param {string} option */
function positiveInteger(text, option) {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new SetUpError(`${option} ${text} is no positive whole number.`, `give ${option} 64.`)
}

const usage = `node scripts/sample.mjs --out DIR [--classes N | --names a,b,c | --split train|test | --all] [--size PX]
Draws emoji classes, eight drawings each, into DIR. Without a choice: the classes of the bundled sample.
`

async function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      classes: { type: 'string' },
      names: { type: 'string' },
      split: { type: 'string' },
      all: { type: 'boolean' },
      size: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return void process.stdout.write(usage)
  if (values.out === undefined) throw new SetUpError('--out DIR is missing.', usage)
  const started = performance.now()
  const split = () => {
    const file = join(checkout, 'test', 'fixtures', 'emojiSplit.json')
    const names = JSON.parse(readFileSync(file, 'utf8'))[values.split ?? '']
    if (Array.isArray(names)) return names
    throw new SetUpError(`--split ${values.split} is unknown.`, 'give --split train or test.')
  }
  const classes = values.all
    ? 'all'
    : values.names !== undefined
      ? values.names.split(',')
      : values.split !== undefined
        ? split()
        : values.classes !== undefined
          ? positiveInteger(values.classes, '--classes')
          : sampleClasses
  const size = values.size === undefined ? sampleImagePx : positiveInteger(values.size, '--size')
  const drawn = await drawEmoji(resolve(values.out), { classes, size })
  say(`drew ${drawn.images} images of ${drawn.classes} classes (${elapsed(started)})`)
}

const isMain =
  process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)
if (isMain && existsSync(join(checkout, 'node_modules'))) await runScript(main)
else if (isMain) say('install the dependencies first: npm run setup')
