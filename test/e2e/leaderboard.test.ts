import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
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
  const folder = join(await newFolder('few'), 'Few')
  await drawEmoji(folder, { classes: 12, size: 48 })
  program = await launchProgram({ arguments: [folder] })
  page = program.page
})
endAfterTests(() => program, 'leaderboard')
/** In both themes, in a wide and a narrow window. */
async function takeScreenshots(name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [width, height] of [
      [1024, 700],
      [1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height })
      await takeScreenshot(page, `${name}-${colorScheme}-${width}`)
    }
  }
}

describe('the leaderboard', () => {
  it(
    'compares two losses and goes on with the better one',
    async () => {
      await waitForImport(page, { labels: 12 })
      await page
        .getByRole('navigation', { name: 'Views' })
        .getByRole('button', { name: 'Train' })
        .click()
      await page.getByText('Leaderboard', { exact: true }).click()
      await page.getByText('8 runs, one after another', { exact: false }).waitFor()
      for (const box of await page.getByRole('checkbox').all()) await box.uncheck()
      await page.getByRole('checkbox', { name: 'Supervised contrastive' }).check()
      await page.getByRole('checkbox', { name: 'Normalised softmax' }).check()
      await page.getByText('2 runs, one after another', { exact: false }).waitFor()
      await page.getByRole('button', { name: 'Compare' }).click()
      await page.getByText('2 of 2 runs done').waitFor({ timeout: trainingLimitMs })

      const rows = page.getByRole('table', { name: 'Runs, best first' }).locator('tbody tr')
      await eventually(() => rows.count()).toBe(2)
      const scores = (await rows.locator('.score').allTextContents()).map(Number)
      expect(scores[0]).toBeGreaterThanOrEqual(scores[1]!)
      expect(scores[1]).toBeGreaterThan(0)
      await page.getByText(/Closed form \((whitening|discriminant analysis)\)/).waitFor()
      // Each row says how it stands to the best, and only one beyond chance is coloured.
      // It comes after the rows: the comparison is worked out in the background.
      const toBest = rows.locator('td.to-best')
      await eventually(() => toBest.count()).toBe(2)
      await eventually(async () => (await toBest.allTextContents())[1]).toContain('0.')
      const standings = await toBest.allTextContents()
      expect(standings[0]).toContain('best')
      expect(standings[1]).toMatch(/[−+]?0\.\d{3}\s+\(−?0\.\d{3} to −?0\.\d{3}\)/)
      const isOpen = standings[1]!.includes('not distinguishable')
      expect(await rows.locator('.score.best').count()).toBe(isOpen ? 0 : 1)
      await page.getByText('against the closed form', { exact: false }).waitFor()
      await takeScreenshots('6-leaderboard')

      const best = await rows.first().locator('.loss').innerText()
      await rows.first().getByRole('button', { name: 'Train in full' }).click()
      // The training that starts is another; that it gives the row again is tested without a window.
      await page.getByRole('heading', { name: 'What one click does' }).waitFor()
      const cancel = page.getByRole('main').getByRole('button', { name: 'Cancel' })
      await cancel.waitFor()
      const [run] = await readRows<{ status: string; options: string }>(
        program.userData,
        'SELECT status, options FROM run',
      )
      expect(run?.status).toBe('running')
      const { loss } = JSON.parse(run!.options) as { loss: { name: string } }
      expect(loss.name).toBe(best.includes('Supervised') ? 'supCon' : 'normalizedSoftmax')
      await cancel.click()
      await page.getByText('Stopped by you', { exact: false }).waitFor()
      expect(program.complaints).toEqual([])
    },
    trainingLimitMs,
  )
})
