import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aborted, unlessAborted } from '../../../src/main/jobs/unlessAborted'

let folder: string
let pipe: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-unanswered-'))
  pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe.skipIf(process.platform === 'win32')('what the system does not answer', () => {
  it('is given up as soon as the signal is', async () => {
    const controller = new AbortController()
    // Opened for reading, it waits until somebody writes.
    const opening = open(pipe, 'r')
    const waiting = unlessAborted(opening, controller.signal)
    controller.abort()
    expect(await waiting).toBe(aborted)
    const writer = await open(pipe, 'w')
    await (await opening).close()
    await writer.close()
  })

  it('does not keep the process from ending', async () => {
    const entry = join(folder, 'entry.ts')
    const source = join(process.cwd(), 'src/main/jobs/unlessAborted.ts')
    await writeFile(
      entry,
      `import { open } from 'node:fs/promises'
       import { endWhereUnanswered, unlessAborted } from ${JSON.stringify(source)}
       void unlessAborted(open(${JSON.stringify(pipe)}, 'r'), AbortSignal.abort())
         .then(endWhereUnanswered)
         .then(() => process.exit(3))`,
    )
    const bundle = await rolldown({ input: entry, platform: 'node' })
    await bundle.write({ file: join(folder, 'entry.mjs'), format: 'esm' })
    await bundle.close()
    const child = spawn(process.execPath, [join(folder, 'entry.mjs')])
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect([code, signal]).toEqual([null, 'SIGKILL'])
  })
})
