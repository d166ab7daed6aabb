import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawEmoji } from '../../scripts/sample.mjs'
import {
  endAfterTests,
  launchProgram,
  newFolder,
  type RunningProgram,
  waitForImport,
} from './launch'

const trainingLimitMs = 900_000
const themes = ['light', 'dark'] as const
const languages = [
  { name: 'English', views: ['Library', 'Train', 'Triplets', 'Map', 'Predict'] },
  { name: '简体中文', views: ['图库', '训练', '三元组', '地图', '预测'] },
] as const

let program: RunningProgram
let page: Page
let axe: string

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const folder = join(await newFolder('accessible'), 'Few')
  await drawEmoji(folder, { classes: 24, size: 48 })
  program = await launchProgram({ arguments: [folder] })
  page = program.page
})
endAfterTests(() => program, 'accessibility')

/** What a person with a screen reader or poor sight would stumble over, a line each. */
async function stumbles(): Promise<string[]> {
  await page.evaluate(axe)
  const options: RunOptions = { resultTypes: ['violations'] }
  const found = await page.evaluate(async (asked) => {
    const tool = (window as unknown as { axe: { run(o: RunOptions): Promise<AxeResults> } }).axe
    const { violations } = await tool.run(asked)
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact: impact ?? 'minor',
      nodes: nodes.map(
        ({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`,
      ),
    }))
  }, options)
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.slice(0, 3).join(' | ')}`)
}

/** Transitions would be seen half way, with colours that nobody reads. */
async function inBothThemes(state: string): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.waitForFunction(
      (theme) => document.documentElement.dataset['theme'] === theme,
      colorScheme,
    )
    expect(await stumbles(), `${state}, ${colorScheme}`).toEqual([])
  }
}

async function speak(language: string): Promise<void> {
  await page.getByRole('button', { name: /^(Settings|设置)$/ }).click()
  await page.getByRole('menuitemradio', { name: language }).click()
  await page.keyboard.press('Escape')
}

const go = (view: string) =>
  page
    .getByRole('navigation', { name: /^(Views|视图)$/ })
    .getByRole('button', { name: view })
    .click()

describe('accessibility', () => {
  it('trains, so that every view has something to show', async () => {
    await waitForImport(page, { labels: 24 })
    await page.getByRole('banner').getByRole('button', { name: 'Train', exact: true }).click()
    await page
      .getByText('images from labels it never saw', { exact: false })
      .waitFor({ timeout: trainingLimitMs })
  }, 1_000_000)

  it('notices an obstacle where there is one', async () => {
    await page.evaluate(() => {
      const button = document.createElement('button')
      button.id = 'obstacle'
      document.querySelector('main')?.append(button)
    })
    expect(await stumbles()).toEqual([expect.stringContaining('button-name')])
    await page.evaluate(() => document.querySelector('#obstacle')?.remove())
  })

  it.each(languages)(
    'is without serious obstacles in every view, $name',
    async ({ name, views }) => {
      await speak(name)
      for (const view of views) {
        await go(view)
        await page.getByRole('main', { name: view }).waitFor()
        await inBothThemes(view)
      }
    },
    600_000,
  )

  it('is without serious obstacles in what opens over the views', async () => {
    await speak('English')
    await go('Library')
    await page.locator('main img').first().click()
    await inBothThemes('a selected image')
    await page.keyboard.press('l')
    await page.getByRole('dialog', { name: 'Set label' }).getByRole('option').first().waitFor()
    await inBothThemes('the choice of a label')
    await page.keyboard.press('Escape')
    await page.keyboard.press('e')
    await inBothThemes('one picture large')
    await page.keyboard.press('Escape')
    await go('Train')
    const choose = (name: string) =>
      page.getByRole('main').getByText(name, { exact: true }).first().click()
    await choose('Advanced')
    await inBothThemes('Advanced')
    await page.getByRole('button', { name: /^Loss: / }).click()
    await page.getByRole('listbox', { name: 'Loss' }).getByRole('option').first().waitFor()
    await inBothThemes('the choice of a loss')
    await page.keyboard.press('Escape')
    await choose('Leaderboard')
    await inBothThemes('Leaderboard')
    for (const [key, role] of [
      ['Control+k', 'dialog'],
      ['?', 'dialog'],
    ] as const) {
      await page.keyboard.press(key)
      await page.getByRole(role).first().waitFor()
      await inBothThemes(key)
      await page.keyboard.press('Escape')
      await page.getByRole(role).first().waitFor({ state: 'detached' })
    }
    for (const [name, role] of [
      ['Settings', 'menu'],
      ['Export', 'dialog'],
    ] as const) {
      await page.getByRole('button', { name, exact: true }).click()
      await page.getByRole(role).waitFor()
      await inBothThemes(name)
      await page.keyboard.press('Escape')
      await page.getByRole(role).waitFor({ state: 'detached' })
    }
    expect(program.complaints).toEqual([])
  }, 600_000)
})
