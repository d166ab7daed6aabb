import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import {
  electronPath,
  launchProgram,
  newFolder,
  programArguments,
  programEnvironment,
  removeFolders,
} from './launch'

afterAll(removeFolders)

it('loads a page that crashed again, the fifth time like the first', async () => {
  const { app, close } = await launchProgram()
  try {
    for (let crash = 0; crash < 5; crash++) {
      const hasPage = await app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]!.webContents
        const loaded = new Promise<void>((resolve) =>
          contents.once('did-finish-load', () => resolve()),
        )
        contents.forcefullyCrashRenderer()
        await loaded
        return contents.executeJavaScript(
          "document.querySelector('#app') !== null",
        ) as Promise<boolean>
      })
      expect(hasPage).toBe(true)
    }
  } finally {
    await close()
  }
})

it('says what is wrong where its folder cannot be made, instead of ending without a word', async () => {
  const file = join(await newFolder('user-data'), 'a file')
  await writeFile(file, 'no folder')
  const child = spawn(electronPath(), programArguments(), {
    env: programEnvironment(join(file, 'data')),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    let text = ''
    while (!text.includes('cannot be made or written to')) {
      const [chunk] = (await Promise.race([
        once(child.stderr, 'data'),
        once(child, 'exit').then(() => {
          throw new Error(`It ended: ${text}`)
        }),
      ])) as [Buffer]
      text += chunk.toString()
    }
    expect(text).toContain(join(file, 'data'))
    // The window with that sentence is there until a person closes it.
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGKILL')
  }
})
