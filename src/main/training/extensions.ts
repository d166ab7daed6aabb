import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Loss, losses } from '../../core/losses'
import { type Miner, miners } from '../../core/miners'
import { type Toolkit, toolkit } from '../../core/toolkit'
import { AppError } from '../../shared/errors'
import { readBounded } from '../files/regularFile'

/**
 * A file of JavaScript with losses and miners of a person's own. It is code that runs with all that
 * the person may do, so it is loaded only where the person names it: never from a folder of images,
 * a run file or a model.
 */
export interface Extension {
  readonly file: string
  /** Of the file that was named; another is refused. */
  readonly sha256: string
}

/** What the default export of such a file gives. */
type MakeComponents = (toolkit: Toolkit) => MadeComponents | Promise<MadeComponents>
interface MadeComponents {
  readonly losses?: readonly Loss[]
  readonly miners?: readonly Miner[]
}

/** More is no file of a few losses. */
const greatestExtension = 4 * 2 ** 20
const names = /^[a-z][A-Za-z0-9]{0,63}$/
/** A process registers a file once. */
const loaded = new Set<string>()

/**
 * Names an extension by its contents.
 * @throws AppError invalidInput where it cannot be read
 */
export async function findExtension(file: string): Promise<Extension> {
  const bytes = await readBounded(file, greatestExtension).catch((error: unknown) => {
    throw refused(file, error instanceof Error ? error.message : String(error))
  })
  return { file, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/**
 * Adds the losses and miners of extensions to the registries of this process.
 * @throws AppError invalidInput saying what is wrong with a file
 */
export async function loadExtensions(extensions: readonly Extension[]): Promise<void> {
  for (const { file, sha256 } of extensions) {
    if (loaded.has(sha256)) continue
    const now = await findExtension(file)
    if (now.sha256 !== sha256) throw refused(file, 'it was changed since the program began')
    await register(now)
    loaded.add(sha256)
  }
}

async function register({ file, sha256 }: Extension): Promise<void> {
  const made: unknown = await make(file).catch((error: unknown) => {
    throw refused(file, error instanceof Error ? error.message : String(error), error)
  })
  const given = made as Awaited<ReturnType<MakeComponents>> | null | undefined
  const own = { losses: given?.losses ?? [], miners: given?.miners ?? [] }
  if (!Array.isArray(own.losses) || !Array.isArray(own.miners)) {
    throw refused(file, 'losses and miners must be lists')
  }
  if (own.losses.length + own.miners.length === 0) {
    throw refused(file, 'it gives neither losses nor miners')
  }
  for (const loss of own.losses as readonly Loss[]) checkEntry(file, loss, 'evaluate')
  for (const miner of own.miners as readonly Miner[]) checkEntry(file, miner, 'mine')
  // Two files that say the same version may hold different formulas.
  const known = <Entry extends Loss | Miner>(entry: Entry): Entry => ({
    ...entry,
    version: `${entry.version}+${sha256.slice(0, 12)}`,
  })
  for (const loss of own.losses as readonly Loss[]) losses.register(known(loss))
  for (const miner of own.miners as readonly Miner[]) miners.register(known(miner))
}

async function make(file: string): Promise<unknown> {
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  if (typeof module.default !== 'function') throw new Error('its default export is no function')
  return (module.default as MakeComponents)(toolkit)
}

/** @param work what `defineLoss` or `defineMiner` makes of a specification */
function checkEntry(file: string, entry: unknown, work: 'evaluate' | 'mine'): void {
  const { name, version, [work]: does, schema } = (entry ?? {}) as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || !names.test(name)) {
    throw refused(file, `"${String(name)}" is no name: write letters and digits, a small one first`)
  }
  if (typeof version !== 'string' || version === '' || version.length > 64) {
    throw refused(file, `${name} has no version: write version: '1' and count up where it changes`)
  }
  if (typeof does !== 'function' || typeof schema !== 'object') {
    const by = work === 'mine' ? 'defineMiner' : 'defineLoss'
    throw refused(file, `${name} was not made by ${by}`)
  }
}

const refused = (file: string, reason: string, cause?: unknown): AppError =>
  new AppError(
    'invalidInput',
    `The extension ${basename(file)} cannot be used: ${reason}.`,
    { file },
    cause,
  )
