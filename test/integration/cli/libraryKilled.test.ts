import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasTensorflow } from '../backend/support'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('library')
const start = (...args: string[]) => cli.start(args)
const small = ['--network', 'small', '--image-size', '24', '--embedding-size', '12']
const trainOf = (out: string, backend: string, ...args: string[]) => [
  ...['train', cli.images, ...small, '--steps', '120', '--out', out, '--backend', backend],
  ...args,
]

/** The process of the library that a program has started. */
async function libraryOf({ pid }: { readonly pid?: number | undefined }): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const child of children.trim().split(' ')) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')
    if (command.includes('native.js')) return Number(child)
  }
  throw new Error(`No process of the library is among ${children}`)
}

describe.skipIf(!hasTensorflow || process.platform !== 'linux')('where the library', () => {
  it('is killed, train says how to go on, and does without it', async () => {
    const out = join(cli.folder, 'killed')
    const { child, ended, whenSaid } = start(...trainOf(out, 'tensorflow'))
    await whenSaid('Training: step')
    process.kill(await libraryOf(child), 'SIGKILL')
    const { code, error } = await ended
    expect(code, error).toBe(1)
    expect(error).toContain('(signal SIGKILL)')
    expect(error).toContain('--resume goes on with it (with --backend wasm')
    const resumed = await start(...trainOf(out, 'wasm', '--resume')).ended
    expect(resumed.code, resumed.error).toBe(0)
    expect(resumed.out).toContain('WebAssembly')
    expect(await readdir(out)).not.toContain('.semblance')
  })

  it('hears the Ctrl+C of a terminal as well, the run is cancelled and kept', async () => {
    const out = join(cli.folder, 'interrupted')
    const { child, ended, whenSaid } = start(...trainOf(out, 'tensorflow'))
    await whenSaid('Training: step')
    process.kill(await libraryOf(child), 'SIGINT')
    child.kill('SIGINT')
    const { code, error } = await ended
    expect(code, error).toBe(130)
    expect(await readdir(out)).toContain('embeddings.csv')
  })

  it('is killed, sweep says how to go on', async () => {
    const options = ['--losses', 'triplet', '--steps', '2', '--start', 'whitening']
    const out = ['--out', join(cli.folder, 'sweep'), '--backend', 'tensorflow']
    const { child, ended, whenSaid } = start('sweep', cli.images, ...options, ...out)
    await whenSaid('Reading images')
    process.kill(await libraryOf(child), 'SIGKILL')
    const { code, error } = await ended
    expect(code, error).toBe(1)
    expect(error).toContain('The same command with the same --out goes on')
    const again = await start('sweep', cli.images, ...options, ...out).ended
    expect(again.code, again.error).toBe(0)
  })
})
