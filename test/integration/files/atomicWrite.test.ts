import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { atomicWrite, atomicWriteSync, writerOfPartial } from '../../../src/main/files/atomicWrite'

const source = resolve(import.meta.dirname, '../../../src/main/files/atomicWrite.ts')

let program: string
let bundle: string
beforeAll(async () => {
  bundle = await mkdtemp(join(tmpdir(), 'semblance-test-bundle-'))
  program = join(bundle, 'atomicWrite.mjs')
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), { compilerOptions })
  await writeFile(program, outputText)
})
afterAll(() => rm(bundle, { recursive: true, force: true }))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('atomicWrite', () => {
  it('replaces a file, keeps the one before where asked to, and leaves nothing beside it', async () => {
    const file = join(folder, 'a.bin')
    await atomicWrite(file, 'first')
    await atomicWrite(file, Buffer.from('second'), { previous: join(folder, 'a.previous') })
    expect(await readFile(file, 'utf8')).toBe('second')
    expect(await readFile(join(folder, 'a.previous'), 'utf8')).toBe('first')
    atomicWriteSync(file, 'third')
    expect(await readFile(file, 'utf8')).toBe('third')
    expect((await readdir(folder)).sort()).toEqual(['a.bin', 'a.previous'])
  })

  it('leaves the file as it was where the writing fails or decides against it', async () => {
    const file = join(folder, 'a.txt')
    await writeFile(file, 'before')
    const failing = atomicWrite(file, async (handle) => {
      await handle.writeFile('half')
      throw new Error('stop')
    })
    await expect(failing).rejects.toThrow('stop')
    const isWritten = await atomicWrite(file, async (handle) => {
      await handle.writeFile('half')
      return false
    })
    expect(isWritten).toBe(false)
    expect(await readFile(file, 'utf8')).toBe('before')
    expect(await readdir(folder)).toEqual(['a.txt'])
  })

  it('lets two write the same file at once: one of them stays, whole', async () => {
    const file = join(folder, 'a.txt')
    const texts = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(100_000 + i))
    await Promise.all(texts.map((text) => atomicWrite(file, text)))
    expect(texts).toContain(await readFile(file, 'utf8'))
    expect(await readdir(folder)).toEqual(['a.txt'])
  })

  it('is never seen half, however often its process is killed', async () => {
    const file = join(folder, 'state.bin')
    // Each write is of one byte, repeated: a mixture of two, or a short one, is found.
    const script = `
      import { atomicWrite } from ${JSON.stringify(program)}
      for (let i = 0; ; i++) {
        await atomicWrite(${JSON.stringify(file)}, Buffer.alloc(2_000_000, i % 251))
        if (i % 3 === 2) console.log(i)
      }`
    for (let kill = 0; kill < 6; kill++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script])
      const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
      expect(first[0], 'it ended before it had written').toBeInstanceOf(Buffer)
      await end(child)
      const bytes = await readFile(file)
      expect(bytes.length).toBe(2_000_000)
      expect(bytes.equals(Buffer.alloc(bytes.length, bytes[0]))).toBe(true)
      const partials = (await readdir(folder)).filter((name) => name !== 'state.bin')
      for (const name of partials) expect(writerOfPartial(name)).not.toBeNull()
    }
  })

  it.runIf(process.platform === 'linux')(
    'syncs the file before it renames it, and the folder after',
    async (context) => {
      const trace = join(folder, 'trace')
      const script = `
        import { atomicWrite, atomicWriteSync } from ${JSON.stringify(program)}
        await atomicWrite(${JSON.stringify(join(folder, 'one'))}, 'text')
        atomicWriteSync(${JSON.stringify(join(folder, 'two'))}, 'text')`
      const command = ['-f', '-y', '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2']
      const traced = await new Promise<Error | null>((settle) =>
        execFile(
          'strace',
          [...command, '-o', trace, process.execPath, '--input-type=module', '-e', script],
          { env: { ...process.env, UV_USE_IO_URING: '0' } },
          settle,
        ),
      )
      if (traced !== null) return context.skip('strace does not work here')
      const calls = (await readFile(trace, 'utf8'))
        .split('\n')
        .filter((line) => line.includes(folder))
        .map((line) =>
          (
            /(fsync|fdatasync|rename)\w*\((?:AT_FDCWD[^,]*, )?[^,)]*?(\.part)?[>"]*[,)]/.exec(
              line,
            ) ?? []
          ).slice(1),
        )
        .map(([call, part]) => `${call}${part ?? ''}`)
      const expected = ['fsync.part', 'rename.part', 'fsync']
      expect(calls).toEqual([...expected, ...expected])
    },
  )
})

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
