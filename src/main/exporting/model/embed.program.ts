/*
 * The script that leaves with an exported model, see `scripts/buildEmbedScript.mjs`.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { realpathSync } from 'node:fs'
import { decodeAsImported } from '../../features/pictures'

const atOnce = 8

/** An exported model, ready to embed. */
export interface OpenModel {
  readonly sidePx: number
  /** The picture of a file as the model takes it: `[side, side, 3]` bytes. */
  readonly pixels: (file: string) => Promise<Uint8Array>
  /** The embeddings of files, in their order. @throws where one is no picture */
  readonly embed: (files: readonly string[]) => Promise<Float32Array[]>
}

/** @param file absent: model.onnx beside this script */
export async function openModel(
  file = fileURLToPath(new URL('model.onnx', import.meta.url)),
): Promise<OpenModel> {
  const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default
  const session = await InferenceSession.create(file)
  const [input] = session.inputMetadata
  const side = input?.isTensor === true ? input.shape[1] : undefined
  if (typeof side !== 'number') throw new Error(`${file} is no exported model`)
  const pixels = (picture: string) => decodeAsImported(picture, side)
  return {
    sidePx: side,
    pixels,
    async embed(files) {
      const found: Float32Array[] = []
      for (let from = 0; from < files.length; from += atOnce) {
        const pictures = await Promise.all(files.slice(from, from + atOnce).map(pixels))
        const data = new Uint8Array(pictures.length * side * side * 3)
        pictures.forEach((picture, i) => data.set(picture, i * picture.length))
        const feeds = { pixels: new Tensor('uint8', data, [pictures.length, side, side, 3]) }
        const { embedding } = await session.run(feeds)
        const numbers = embedding!.data as Float32Array
        const size = numbers.length / pictures.length
        pictures.forEach((_, i) => found.push(numbers.slice(i * size, (i + 1) * size)))
      }
      return found
    },
  }
}

async function filesIn(place: string): Promise<string[]> {
  if (!(await stat(place)).isDirectory()) return [place]
  const entries = await readdir(place, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function main(places: readonly string[]): Promise<number> {
  if (places.length === 0 || places.includes('--help')) {
    process.stderr.write('node embed.mjs PICTURE_OR_FOLDER... > embeddings.csv\n')
    return places.length === 0 ? 2 : 0
  }
  const model = await openModel()
  const files = (await Promise.all(places.map(filesIn))).flat()
  const quoted = (name: string) =>
    /[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
  let written = 0
  for (const file of files) {
    try {
      const [row] = await model.embed([file])
      if (written === 0) print(['image', ...Array.from(row!, (_, i) => `e${i}`)])
      print([quoted(file), ...row!])
      written++
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      process.stderr.write(`${file} is left out: ${reason}\n`)
    }
  }
  return written > 0 ? 0 : 1
}

const print = (cells: readonly (string | number)[]) => process.stdout.write(`${cells.join()}\n`)

const started = process.argv[1]
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2))
}
