import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import { readRows } from './database'
import {
  dropFolder,
  endAfterTests,
  eventually,
  launchProgram,
  newFolder,
  type RunningProgram,
  takeScreenshot,
  waitForImport,
} from './launch'

const trainingLimitMs = 600_000

let program: RunningProgram
let page: Page
let second: string

beforeAll(async () => {
  const first = join(await newFolder('first'), 'Faces')
  second = join(await newFolder('second'), 'Objects')
  await drawEmoji(first, { classes: 12, size: 48 })
  await drawEmoji(second, { classes: 10, size: 40 })
  program = await launchProgram({ arguments: [first] })
  page = program.page
})
endAfterTests(() => program, 'datasets')
const top = () => page.getByRole('banner')
const status = () => page.getByRole('contentinfo', { name: 'Status' })
const openDataset = async (name: string): Promise<void> => {
  await top().getByRole('button', { name: 'Datasets' }).click()
  await page.getByRole('menuitem', { name }).click()
  await top().getByText(name, { exact: true }).waitFor()
}
const runsOf = (name: string) =>
  readRows<{ status: string }>(
    program.userData,
    `SELECT run.status FROM run JOIN dataset ON dataset.id = run.dataset_id
     WHERE dataset.name = '${name}'`,
  )

it(
  'trains one dataset while another is open, queues that one, and forgets it while it trains',
  async () => {
    await waitForImport(page, { labels: 12 })
    await top().getByRole('button', { name: 'Train' }).click()
    const main = page.getByRole('main')
    await main.getByRole('button', { name: 'Pause' }).click()
    await main.getByRole('button', { name: 'Resume' }).waitFor({ timeout: trainingLimitMs })

    // Another dataset comes in: the first goes on in the status bar, under its own name.
    await dropFolder(page, second)
    await top().getByText('Objects', { exact: true }).waitFor()
    await waitForImport(page, { labels: 10 })
    await status().getByText('Faces', { exact: true }).waitFor()
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('button', { name: 'Train' })
      .click()
    await main.getByText('No runs yet').waitFor()

    await top().getByRole('button', { name: 'Train' }).click()
    const question = page.getByRole('dialog')
    await question.getByText('“Faces” is being trained').first().waitFor()
    await takeScreenshot(page, '7-queue')
    await question.getByRole('button', { name: 'Queue it' }).click()
    await top().getByRole('button', { name: 'Queued' }).waitFor()
    await main.getByText('A training waits until “Faces” has been trained.').waitFor()
    expect(await runsOf('Objects')).toEqual([])

    await openDataset('Faces')
    await main.getByRole('button', { name: 'Cancel' }).click()
    // What was queued starts by itself, and says nothing in the charts of this one.
    await status().getByText('Objects', { exact: true }).waitFor({ timeout: trainingLimitMs })
    await eventually(() => runsOf('Objects')).toHaveLength(1)
    await main.getByText('Stopped by you', { exact: false }).waitFor({ timeout: trainingLimitMs })
    await top().getByRole('button', { name: 'Train' }).waitFor()

    await openDataset('Objects')
    await main.getByRole('button', { name: 'Pause' }).click()
    await main.getByRole('button', { name: 'Resume' }).waitFor({ timeout: trainingLimitMs })
    await top().getByRole('button', { name: 'Datasets' }).click()
    await page.getByRole('menuitem', { name: 'Forget this dataset' }).click()
    await question.getByText('These still work on it and are ended:').waitFor()
    await takeScreenshot(page, '8-forget')
    await question.getByRole('button', { name: 'End it and forget' }).click()
    await top().getByText('Faces', { exact: true }).waitFor()
    expect(await runsOf('Objects')).toEqual([])
    const left = await readRows<{ name: string }>(program.userData, 'SELECT name FROM dataset')
    expect(left).toEqual([{ name: 'Faces' }])
    expect(program.complaints).toEqual([])
  },
  trainingLimitMs,
)
