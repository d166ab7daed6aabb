/**
 * Writes docs/screenshot.png: the real program imports the bundled sample, trains on it and shows
 * the Triplets view. `node scripts/screenshot.mjs`; it takes one to three minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from 'playwright-core'
import { hasDisplay } from './startDecision.mjs'
import { startVirtualDisplay } from './display.mjs'
import { electronEnvironment, ensureElectron, sandboxSwitches } from './electronRuntime.mjs'
import { runScript, SetUpError } from './setup/report.mjs'
import { checkout } from './setup.mjs'

const trainingLimitMs = 8 * 60_000

await runScript(async () => {
  const electron = await ensureElectron(checkout)
  const display = hasDisplay(process.platform, process.env) ? null : await startVirtualDisplay()
  if (display === null && !hasDisplay(process.platform, process.env)) {
    throw new SetUpError('There is neither a display nor Xvfb.', 'install xvfb.')
  }
  const userData = mkdtempSync(join(tmpdir(), 'semblance-screenshot-'))
  /** @type {Record<string, string>} */
  const env = {}
  for (const [name, value] of Object.entries(electronEnvironment())) {
    if (value !== undefined) env[name] = value
  }
  const app = await _electron.launch({
    executablePath: electron.path,
    args: [...sandboxSwitches(electron.path), checkout, join(checkout, 'resources', 'sample')],
    env: {
      ...env,
      LANGUAGE: 'en',
      LANG: 'en_US.UTF-8',
      SEMBLANCE_USER_DATA: userData,
      ...(display === null ? {} : { DISPLAY: display.name }),
    },
  })
  try {
    const page = await app.firstWindow()
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900),
    )
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByText('320 images').first().waitFor()
    await page
      .getByRole('button', { name: /^Train/ })
      .last()
      .click()
    const review = page.getByRole('button', { name: /^Review .*hard negative/ }).first()
    await review.waitFor({ timeout: trainingLimitMs })
    await review.click()
    const picture = page.getByText('Fine, just hard')
    await picture.waitFor()
    await page.waitForFunction('[...document.images].every((image) => image.complete)')
    await page.screenshot({ path: join(checkout, 'docs', 'screenshot.png') })
  } finally {
    await app.close()
    display?.stop()
    rmSync(userData, { recursive: true, force: true })
  }
  process.stdout.write('docs/screenshot.png is written\n')
})
