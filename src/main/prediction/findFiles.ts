import { realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { walk } from '../dataset/walk'

export interface FoundPictures {
  /** Absolute paths and what they are called. */
  readonly files: readonly { readonly file: string; readonly name: string }[]
  /** Paths that lead nowhere. */
  readonly gone: readonly string[]
}

/** Files that were named, and those of folders that were, in the order of naming. */
export async function findFiles(
  paths: readonly string[],
  most: number,
  signal: AbortSignal,
): Promise<FoundPictures> {
  const files: { file: string; name: string }[] = []
  const gone: string[] = []
  for (const path of paths) {
    if (signal.aborted || files.length > most) break
    const status = await stat(path).catch(() => null)
    if (status === null) gone.push(path)
    else if (status.isFile()) files.push({ file: path, name: basename(path) })
    else if (status.isDirectory()) {
      const root = await realpath(path)
      for await (const event of walk(root, { signal })) {
        if (files.length > most) break
        if (event.kind !== 'file') continue
        const { relativePath } = event.file
        files.push({ file: join(root, ...relativePath.split('/')), name: relativePath })
      }
    }
  }
  return { files, gone }
}
