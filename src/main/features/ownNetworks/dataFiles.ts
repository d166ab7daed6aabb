import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { type ModelProto, TensorProto_DataLocation } from 'onnx-buf'
import { refusedNetwork } from './refusal'

/** The files of a network, and what they are by their contents. */
export interface NetworkFiles {
  /** SHA-256 of the file; of the list of all hashes where its weights lie in files beside it. */
  readonly contentHash: string
  readonly bytes: number
  /** Names below the folder of the file, without itself. */
  readonly beside: readonly string[]
}

/**
 * Files beside a network that hold weights of it, by their names below its folder.
 * @param model as `readOnnxHeader` gives it
 * @throws AppError invalidInput where one is missing, too short or outside its folder
 */
export async function findDataFiles(file: string, model: ModelProto): Promise<readonly string[]> {
  const folder = dirname(file)
  const needed = new Map<string, number>()
  for (const tensor of model.graph!.initializer) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue
    const facts = new Map(tensor.externalData.map(({ key, value }) => [key, value]))
    const location = facts.get('location') ?? ''
    const end = Number(facts.get('offset') ?? 0) + Number(facts.get('length') ?? 0)
    needed.set(location, Math.max(needed.get(location) ?? 0, Number.isFinite(end) ? end : 0))
  }
  const root = await realpath(folder)
  const own = basename(file)
  for (const [location, bytes] of needed) {
    const name = JSON.stringify(location.slice(0, 200))
    if (!isInside(location)) {
      throw refusedNetwork(
        file,
        `it wants weights from ${name}, outside its own folder`,
        `其权重位于所在文件夹之外：${name}`,
      )
    }
    const path = join(folder, location)
    const found = await stat(path).catch(() => null)
    if (found === null) {
      throw refusedNetwork(
        file,
        `its weights lie in the file ${name}, which is not beside it. Put both into one folder`,
        `其权重所在的文件 ${name} 不在旁边。请将两者放入同一文件夹`,
      )
    }
    const real = await realpath(path)
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw refusedNetwork(
        file,
        `${name} leads outside its own folder`,
        `${name} 指向所在文件夹之外`,
      )
    }
    if (!found.isFile())
      throw refusedNetwork(
        file,
        `${name}, which holds its weights, is no file`,
        `其权重所在的 ${name} 不是文件`,
      )
    if (found.size < bytes) {
      throw refusedNetwork(
        file,
        `${name}, which holds its weights, has ${found.size} of ${bytes} bytes. Copy it again`,
        `其权重所在的 ${name} 只有 ${found.size} 字节，应有 ${bytes} 字节。请重新复制`,
      )
    }
  }
  return [...needed.keys()].filter((location) => normalize(location) !== own).sort()
}

function isInside(location: string): boolean {
  if (location === '' || location.includes('\0') || isAbsolute(location)) return false
  // A path of another system is one too.
  const parts = location.split(/[\\/]/)
  return !parts.includes('..') && !/^[A-Za-z]:/.test(location)
}

/** @param beside as `findDataFiles` gives them */
export async function hashNetwork(
  file: string,
  beside: readonly string[],
  signal?: AbortSignal,
): Promise<NetworkFiles> {
  const own = await hashFile(file, signal)
  let { bytes } = own
  const lines = [own.sha256]
  for (const name of beside) {
    const hashed = await hashFile(join(dirname(file), name), signal)
    bytes += hashed.bytes
    lines.push(`${name} ${hashed.sha256}`)
  }
  const contentHash =
    beside.length === 0 ? own.sha256 : createHash('sha256').update(lines.join('\n')).digest('hex')
  return { contentHash, bytes, beside }
}

async function hashFile(file: string, signal: AbortSignal | undefined) {
  const hash = createHash('sha256')
  let bytes = 0
  const options = { highWaterMark: 2 ** 20, ...(signal === undefined ? {} : { signal }) }
  for await (const chunk of createReadStream(file, options)) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}
