import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import { readRows } from './database'
import {
  dropFolder,
  endAfterTests,
  eventually,
  launchProgram,
  newFolder,
  type RunningProgram,
  waitForImport,
} from './launch'

let folder: string
let strangers: string
let program: RunningProgram
let page: Page

/** Ten labels to train on; the pictures of two others, and one that was taken out of a label. */
beforeAll(async () => {
  const parent = await newFolder('predict')
  folder = join(parent, 'Known')
  strangers = join(parent, 'Asked')
  await drawEmoji(folder, { classes: 12, size: 48 })
  await mkdir(strangers)
  const labels = (await readdir(folder)).filter((name) => !name.includes('.'))
  const known = join(folder, labels[0]!)
  const [first] = await readdir(known)
  await copyFile(join(known, first!), join(strangers, 'known.png'))
  await rm(join(known, first!))
  for (const label of labels.slice(10)) {
    const [name] = await readdir(join(folder, label))
    await copyFile(join(folder, label, name!), join(strangers, `${label}.png`))
    await rm(join(folder, label), { recursive: true })
  }
  program = await launchProgram({ arguments: [folder] })
  page = program.page
})
endAfterTests(() => program, 'predict')

const goTo = (view: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click()
const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })
const added = () =>
  readRows<{ label: string; missing: number }>(
    program.userData,
    `SELECT label.name AS label, image.missing FROM image
     LEFT JOIN label ON label.id = image.label_id WHERE relative_path LIKE '.added/%'`,
  )

describe('prediction', () => {
  it('says what dropped pictures are, at the threshold of the slider', async () => {
    await waitForImport(page, { labels: 10 })
    await goTo('Predict')
    await page.getByText('No trained model yet').waitFor()
    await page.getByRole('banner').getByRole('button', { name: 'Train', exact: true }).click()
    await page
      .getByText('images from labels it never saw', { exact: false })
      .waitFor({ timeout: 900_000 })
    await goTo('Predict')
    await page.getByText('What is this?').waitFor()
    await dropFolder(page, strangers)
    await row('known.png').getByText('%').waitFor({ timeout: 120_000 })
    await eventually(() => page.getByRole('listitem').filter({ hasText: '%' }).count()).toBe(3)
    await eventually(() =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLImageElement>('main img')].every(
          ({ complete, naturalWidth }) => complete && naturalWidth > 0,
        ),
      ),
    ).toBe(true)
    // Nothing is known where nothing may be accepted falsely; all is at the other end.
    const slider = page.getByRole('slider')
    await slider.focus()
    await page.keyboard.press('End')
    await eventually(() =>
      page.getByText('None of these', { exact: false }).count(),
    ).toBeGreaterThan(0)
    await eventually(() => page.getByRole('listitem').filter({ hasText: 'nearest:' }).count()).toBe(
      0,
    )
  }, 1_200_000)

  it('accepts one by a key, takes it back, and has it after a restart', async () => {
    await row('known.png').click()
    await page.keyboard.press('a')
    await row('known.png').getByText('In the set as').waitFor()
    const { label } = (await added())[0]!
    await page.keyboard.press('Control+z')
    await row('known.png').getByText('In the set as').waitFor({ state: 'detached' })
    expect(await added()).toEqual([{ label: null, missing: 1 }])
    await page.keyboard.press('Control+Shift+z')
    await row('known.png').getByText('In the set as').waitFor()
    expect(program.complaints).toEqual([])
    await program.close()
    program = await launchProgram({ userData: program.userData })
    page = program.page
    await goTo('Library')
    await page.getByRole('textbox', { name: 'Search' }).fill('known.png')
    await page.getByRole('option', { name: `known.png, ${label}` }).waitFor()
    expect(await added()).toEqual([{ label, missing: 0 }])
  })

  it('finds what is like a picture', async () => {
    await goTo('Predict')
    await dropFolder(page, join(strangers, 'known.png'))
    await row('known.png').getByText('%').waitFor({ timeout: 120_000 })
    await row('known.png').click()
    await page.keyboard.press('s')
    const dialog = page.getByRole('dialog', { name: 'More like these' })
    await dialog
      .getByRole('button', { name: /^Not like / })
      .first()
      .waitFor()
    const { label } = (await added())[0]!
    await eventually(() => dialog.locator('.caption').first().textContent()).toContain(label)
    expect(program.complaints).toEqual([])
  })
})
