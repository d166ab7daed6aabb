import type { Dirent } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { LeftOutFile, LeftOutReason, SkipRule } from '../../shared/model/dataset'
import { aborted, unlessAborted } from '../jobs/unlessAborted'
import { ownResults } from './ownResults'
import { hasImageExtension } from './sniff'

/** A regular file of the folder; whether it is a picture its contents say. */
export interface FoundFile {
  /** `/` between parts, on every system. */
  readonly relativePath: string
  readonly bytes: number
  readonly modifiedAt: number
}

export type WalkEvent =
  | { readonly kind: 'file'; readonly file: FoundFile }
  | { readonly kind: 'skipped'; readonly rule: SkipRule; readonly path: string }
  | {
      readonly kind: 'leftOut'
      readonly leftOut: LeftOutFile
      /** What lies below could not be looked at, so nothing below may be called removed. */
      readonly isFolder: boolean
    }

export interface WalkOptions {
  readonly signal?: AbortSignal | undefined
  /** Real paths of files and folders to pass over: those that results go into. */
  readonly ignore?: ReadonlySet<string> | undefined
  /** Relative path of a file that others read. */
  readonly passOver?: string | undefined
  /** Goes where links out of the folder lead; each real folder once, so that no loop traps it. */
  readonly followsLinks?: boolean | undefined
}

interface Folder {
  /** Real path. */
  readonly path: string
  readonly relative: string
}

/** A folder outside, to be walked after all that lies inside. */
interface LinkedFolder {
  readonly kind: 'linked'
  readonly folder: Folder
}

const insideAlready = 'A link back into the folder: what lies there is imported in its own place.'

/** How many files are asked for size and time at once. */
const statsAtOnce = 32

/**
 * Walks a folder. Links to folders are not followed, or only those that lead out of it, after all
 * that lies inside: a loop cannot trap it. Names in byte order, the files of a folder before its
 * sub-folders. Hidden files and folders, and results of this
 * program, are passed over and counted.
 * @param root real path of the folder
 */
export async function* walk(root: string, options: WalkOptions = {}): AsyncGenerator<WalkEvent> {
  const pending: Folder[] = [{ path: root, relative: '' }]
  /** Folders that links lead to, real path and where they are found. */
  const linked: Folder[] = []
  const visited = new Set<string>()
  const next = (): Folder | undefined => pending.pop() ?? linked.shift()
  for (let folder = next(); folder !== undefined; folder = next()) {
    if (isAborted(options)) return
    if (options.followsLinks === true) {
      if (visited.has(folder.path)) {
        yield leftOutFolder(folder.relative, 'symlinkLoop', insideAlready)
        continue
      }
      visited.add(folder.path)
      if (options.ignore?.has(folder.path) === true) {
        yield skipped('result', folder.relative)
        continue
      }
    }
    let entries: Dirent<Buffer>[]
    try {
      const reading = readdir(folder.path, { withFileTypes: true, encoding: 'buffer' })
      const found = await unlessAborted(reading, options.signal)
      if (found === aborted) return
      entries = found
    } catch (error) {
      yield leftOutFolder(folder.relative, 'unreadable', reasonOf(error))
      continue
    }
    entries.sort((a, b) => Buffer.compare(a.name, b.name))
    const names = new Set(entries.map((entry) => entry.name.toString('utf8')))
    const own = await unlessAborted(ownResults(folder.path, names), options.signal)
    if (own === aborted) return
    const folders: typeof pending = []
    const files: { readonly name: string; readonly isLink: boolean }[] = []
    for (const entry of entries) {
      const name = entry.name.toString('utf8')
      const path = below(folder.relative, name)
      if (path === options.passOver) continue
      if (name.startsWith('.') || name === '__MACOSX') {
        yield skipped('hidden', path)
        continue
      }
      if (own.has(name) || options.ignore?.has(join(folder.path, name)) === true) {
        yield skipped('result', path)
        continue
      }
      const isText = Buffer.from(name, 'utf8').equals(entry.name)
      if (!isText && (entry.isDirectory() || hasImageExtension(name))) {
        const detail = 'The name is not valid UTF-8 text. Rename it and import again.'
        if (entry.isDirectory()) yield leftOutFolder(path, 'nameNotText', detail)
        else yield leftOutFile(path, 'nameNotText', detail)
      } else if (entry.isDirectory()) {
        folders.push({ path: join(folder.path, name), relative: path })
      } else if (isText && (entry.isFile() || entry.isSymbolicLink())) {
        files.push({ name, isLink: entry.isSymbolicLink() })
      } else yield skipped(isText ? 'special' : 'notPicture', path)
    }
    for (let start = 0; start < files.length; start += statsAtOnce) {
      if (isAborted(options)) return
      const current = folder
      const looking = Promise.all(
        files.slice(start, start + statsAtOnce).map(({ name, isLink }) =>
          lookAt(root, join(current.path, name), below(current.relative, name), {
            isLink,
            follows: options.followsLinks === true,
          }),
        ),
      )
      const events = await unlessAborted(looking, options.signal)
      if (events === aborted) return
      // In the order of names, not of answers: of two links to one folder the first has it.
      for (const event of events) {
        if (event === null) continue
        if (event.kind === 'linked') linked.push(event.folder)
        else yield event
      }
    }
    pending.push(...folders.reverse())
  }
}

/**
 * As {@link walk}, but never waits for whoever reads it: how many files there are is known long
 * before the last of them was looked at.
 * @param onCounted is told the number of files once all were found; not where it was aborted
 */
export async function* walkAhead(
  root: string,
  options: WalkOptions,
  onCounted: (files: number) => void,
): AsyncGenerator<WalkEvent> {
  let found: WalkEvent[] = []
  let isOver = false
  let isLeft = false
  let wake = (): void => {}
  const walking = (async () => {
    let files = 0
    try {
      for await (const event of walk(root, options)) {
        if (isLeft) return
        if (event.kind === 'file') files += 1
        found.push(event)
        wake()
      }
      if (!isAborted(options)) onCounted(files)
    } finally {
      isOver = true
      wake()
    }
  })()
  // Awaited below; until then a failure must not count as unhandled.
  walking.catch(() => {})
  try {
    while (found.length > 0 || !isOver) {
      const ready = found
      found = []
      yield* ready
      if (found.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve))
    }
    await walking
  } finally {
    isLeft = true
  }
}

const isAborted = (options: WalkOptions): boolean => options.signal?.aborted === true

async function lookAt(
  root: string,
  path: string,
  relativePath: string,
  {
    isLink,
    follows,
  }: {
    readonly isLink: boolean
    /** Else links out of the folder are left out. */
    readonly follows: boolean
  },
): Promise<WalkEvent | LinkedFolder | null> {
  try {
    if (isLink) {
      const target = await realpath(path)
      const isInside = target === root || target.startsWith(root.endsWith(sep) ? root : root + sep)
      const found = await stat(path)
      if (found.isDirectory()) {
        if (!isInside && follows) {
          return { kind: 'linked', folder: { path: target, relative: relativePath } }
        }
        return isInside
          ? leftOutFolder(relativePath, 'symlinkLoop', insideAlready)
          : leftOutFolder(relativePath, 'outsideFolder', 'A link to a folder outside this one.')
      }
      if (!found.isFile()) return skipped('special', relativePath)
      if (!isInside && !follows) {
        return hasImageExtension(path) || hasImageExtension(target)
          ? leftOutFile(relativePath, 'outsideFolder', 'A link to a file outside the folder.')
          : skipped('notPicture', relativePath)
      }
      return {
        kind: 'file',
        file: { relativePath, bytes: found.size, modifiedAt: found.mtimeMs },
      }
    }
    const found = await lstat(path)
    return {
      kind: 'file',
      file: { relativePath, bytes: found.size, modifiedAt: found.mtimeMs },
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ELOOP') {
      return leftOutFile(relativePath, 'symlinkLoop', 'A link that leads back to itself.')
    }
    if (!hasImageExtension(path)) return skipped('notPicture', relativePath)
    const detail = isLink && code === 'ENOENT' ? 'A link to nothing.' : reasonOf(error)
    return leftOutFile(relativePath, 'unreadable', detail)
  }
}

const skipped = (rule: SkipRule, path: string): WalkEvent => ({ kind: 'skipped', rule, path })

const below = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)

const leftOutFile = (path: string, reason: LeftOutReason, detail: string): WalkEvent => ({
  kind: 'leftOut',
  leftOut: { path, reason, detail },
  isFolder: false,
})

const leftOutFolder = (path: string, reason: LeftOutReason, detail: string): WalkEvent => ({
  kind: 'leftOut',
  leftOut: { path: path === '' ? '.' : path, reason, detail },
  isFolder: true,
})

/** "EACCES: permission denied, scandir '/a'" -> "permission denied" */
function reasonOf(error: unknown): string {
  const { message } = error as Error
  return /^E[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message
}
