import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import { readRows } from './database'
import {
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

beforeAll(async () => {
  const folder = join(await newFolder('pair'), 'Pair')
  await drawEmoji(folder, { classes: 12, size: 48 })
  program = await launchProgram({ arguments: [folder] })
  page = program.page
})
endAfterTests(() => program, 'compare')

/** Trains a small network for a few steps, which the window shows by itself, and waits for its end. */
async function train(steps: number): Promise<void> {
  const finished = async () =>
    (
      await readRows<{ count: number }>(
        program.userData,
        "SELECT count(*) AS count FROM run WHERE status = 'finished' AND has_embeddings = 1",
      )
    )[0]!.count
  const before = await finished()
  await page.evaluate(async (asked) => {
    const { semblance } = window as unknown as {
      semblance: { invoke(channel: string, input: unknown): Promise<unknown> }
    }
    const request = { network: 'small', imageSizePx: 24, embeddingSize: 16, steps: asked }
    await semblance.invoke('training.start', { datasetId: 1, request })
  }, steps)
  await eventually(finished).toBe(before + 1)
}

it(
  'holds two runs against each other',
  async () => {
    await waitForImport(page, { labels: 12 })
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('button', { name: 'Train' })
      .click()
    await page.getByText('Compare', { exact: true }).click()
    await page.getByText('Two finished runs are needed').waitFor()
    await page.getByRole('button', { name: 'Show the runs' }).click()
    await train(20)
    await train(60)
    await page.getByText('Compare', { exact: true }).click()
    await page.getByText('Figures on today’s labels').waitFor()
    await page.getByRole('rowheader', { name: 'MAP@R' }).waitFor()
    // Only what the two were not made alike with is listed.
    const options = page.locator('section', { hasText: 'Options that differ' }).locator('tbody tr')
    await eventually(() => options.count()).toBeGreaterThan(0)
    await page.getByText('Images whose neighbours changed most').waitFor()
    const maps = page.getByRole('application')
    await page.getByRole('button', { name: 'Show both maps' }).click()
    await eventually(() => maps.count()).toBe(2)
    await takeScreenshot(page, 'compare')
    expect(await page.getByRole('alert').count()).toBe(0)
  },
  trainingLimitMs,
)
