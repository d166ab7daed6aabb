import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import {
  electronPath,
  launchProgram,
  newFolder,
  programArguments,
  programEnvironment,
  removeFolders,
  type RunningProgram,
  waitForImport,
} from './launch'

let fruits: string
let pets: string
let program: RunningProgram

beforeAll(async () => {
  fruits = join(await newFolder('first'), 'Fruits')
  pets = join(await newFolder('second'), 'Pets')
  await drawEmoji(fruits, { classes: ['banana', 'peach'] })
  await drawEmoji(pets, { classes: ['cat-face', 'dog-face', 'rabbit-face'] })
  program = await launchProgram({ arguments: [fruits] })
})
afterAll(async () => {
  await program.close()
  await removeFolders()
})

describe('a start with a folder', () => {
  it('opens the window with the folder imported', async () => {
    const { page } = program
    await page.getByRole('button', { name: /^Fruits/ }).waitFor()
    await page.getByText('16 images').first().waitFor()
    await waitForImport(page, { labels: 2 })
  })

  it('hands its folder to the window that is open already', async () => {
    const { page, app, userData } = program
    await promisify(execFile)(electronPath(), programArguments({ arguments: [pets] }), {
      env: programEnvironment(userData),
    })
    await page.getByRole('button', { name: /^Pets/ }).waitFor()
    await page.getByText('24 images').first().waitFor()
    const windows = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
    expect(windows).toBe(1)
    expect(program.complaints).toEqual([])
  })

  it('opens where and as large as it was closed', async () => {
    await program.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1100, height: 720 }),
    )
    await program.close()
    program = await launchProgram({ userData: program.userData })
    const bounds = await program.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    )
    expect(bounds).toMatchObject({ width: 1100, height: 720 })
    await program.page.getByRole('button', { name: /^Pets/ }).waitFor()
  })
})
