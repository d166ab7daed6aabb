import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { AppError } from '../../shared/errors'
import { partialName } from '../files/atomicWrite'
import { mendFolder, replaceFolder } from '../files/replaceFolder'
import type { EmbeddingFormat, ExportPart } from './formats/format'
import { writeChunks, writeFailure } from './writeChunks'

/**
 * Writes the files of an export. Each is whole before it stands in its place, and the one that was
 * asked for is the last to appear; a folder is put in its place in one piece.
 * @param file of a format that is a folder, that folder
 * @returns their paths; null where `signal` was aborted, and then nothing is left behind
 * @throws AppError notOurFolder where the folder holds what no export left, diskFull, readOnly,
 *   permissionDenied or writeFailed
 */
export async function writeParts(
  file: string,
  { extension, partNames }: EmbeddingFormat,
  parts: readonly ExportPart[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | null> {
  return extension === null
    ? writeFolder(file, partNames, parts, signal)
    : writeFiles(file, parts, signal)
}

async function writeFiles(
  file: string,
  parts: readonly ExportPart[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | null> {
  const stem = join(dirname(file), basename(file, extname(file)))
  const pathOf = ({ name }: ExportPart) => (name === '' ? file : `${stem}${name}`)
  const main = parts.find(({ name }) => name === '')
  const beside = parts.filter((part) => part !== main)
  /** Each waits beside its place, whole, until all those after it are in theirs. */
  const writeFrom = async (waiting: readonly ExportPart[]): Promise<boolean> => {
    const [part, ...rest] = waiting
    if (part === undefined) return true
    return writeChunks(pathOf(part), part.write(pathOf(part)), {
      signal,
      before: () => writeFrom(rest),
    })
  }
  const order = [...(main === undefined ? [] : [main]), ...beside]
  return (await writeFrom(order)) ? order.map(pathOf) : null
}

async function writeFolder(
  folder: string,
  partNames: readonly string[],
  parts: readonly ExportPart[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | null> {
  const partial = partialName(folder)
  try {
    await mendFolder(folder)
    await checkReplaceable(folder, partNames)
    await mkdir(partial)
    for (const part of parts) {
      const shown = join(folder, part.name)
      const chunks = part.write(shown)
      if (!(await writeChunks(join(partial, part.name), chunks, { signal, shown }))) return null
    }
    await replaceFolder(partial, folder)
    return parts.map(({ name }) => join(folder, name))
  } catch (error) {
    throw writeFailure(folder, error)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** Only a folder that an export left, or an empty one, makes way. */
export async function checkReplaceable(
  folder: string,
  partNames: readonly string[],
): Promise<void> {
  const found = await stat(folder).catch(() => null)
  if (found === null) return
  const strange = found.isDirectory()
    ? (await readdir(folder).catch(() => [])).find((name) => !partNames.includes(name))
    : basename(folder)
  if (strange === undefined) return
  throw new AppError(
    'notOurFolder',
    found.isDirectory()
      ? `${folder} was not written: it holds "${strange}", which no such export left. Name an empty folder or a new one.`
      : `${folder} was not written: it is a file, and this format is a folder. Name an empty folder or a new one.`,
    { folder },
  )
}
