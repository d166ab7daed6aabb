/**
 * `npm run bench -- scaleWindow [--images 70000] [--import-only] [--json]`: the one click in the
 * real window, on Fashion-MNIST written out as PNG: import while the library is scrolled, training,
 * map. Memory is that of all its processes together; frames are counted in the page.
 *
 * Features that the benchmark `scale` left in the user's cache are taken from there.
 */
import { existsSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { electronRuntime } from './electronOfBench'
import { projectFolder } from './backends'
import { memoryMiB } from './processTree'
import { drawPictures, scaleCache } from './scaleSet'
import { fashionSource } from './sets/fashion'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '70000' },
    source: { type: 'string', default: `/${fashionSource}` },
    'import-only': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

interface Frames {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly longestMs: number
  readonly count: number
}
interface Phase {
  readonly phase: string
  readonly seconds: number
  /** Longest time in which no number of the running job changed. */
  readonly stillSeconds: number
  readonly peakMiB: number
  readonly frames: Frames | null
}

/** Scrolls what scrolls in the library, a little each frame, and gives the times between frames. */
const scroll = (page: Page, seconds: number): Promise<Frames> =>
  page.evaluate(
    (milliseconds) =>
      new Promise<{ p50Ms: number; p95Ms: number; longestMs: number; count: number }>((resolve) => {
        const times: number[] = []
        const startedAt = performance.now()
        let last = startedAt
        const frame = (): void => {
          const now = performance.now()
          times.push(now - last)
          last = now
          const element = document.querySelector('.scroller')
          if (element !== null) element.scrollTop += 24
          if (now - startedAt < milliseconds) return void requestAnimationFrame(frame)
          const sorted = times.slice(1).sort((a, b) => a - b)
          const at = (share: number) =>
            Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
          resolve({ p50Ms: at(0.5), p95Ms: at(0.95), longestMs: at(1), count: sorted.length })
        }
        requestAnimationFrame(frame)
      }),
    1000 * seconds,
  )

interface Heard {
  /** Kind and phase of each job there is. */
  jobs: { kind: string; phase: string }[]
  stage: string
  told: string
  stills: Record<string, number>
  begun: { name: string; at: number }[]
}

/** Lets the page note when what it is told changes. */
const listen = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const heard: Heard = { jobs: [], stage: '', told: '', stills: {}, begun: [] }
    Object.assign(window, { heard })
    let movedAt = performance.now()
    const note = (name: string, numbers: string): void => {
      const now = performance.now()
      const isNew = heard.begun.at(-1)?.name !== name
      if (isNew) heard.begun.push({ name, at: now })
      if (numbers === heard.told && !isNew) return
      const before = isNew ? (heard.begun.at(-2)?.name ?? name) : name
      heard.stills[before] = Math.max(heard.stills[before] ?? 0, (now - movedAt) / 1000)
      heard.told = numbers
      movedAt = now
    }
    window.semblance.on('app.jobsChanged', (payload) => {
      const jobs = payload as { kind: string; phase: string; done: number; total: number }[]
      heard.jobs = jobs
      const job = jobs.find(({ phase }) => phase === 'running')
      if (job !== undefined && job.kind !== 'training') note(job.kind, `${job.done} ${job.total}`)
    })
    window.semblance.on('training.progress', (payload) => {
      const state = payload as {
        stage: string
        stageDone: number
        stageTotal: number
        run: { status: string }
      }
      heard.stage = state.run.status
      if (state.run.status === 'running') {
        note(`training: ${state.stage}`, `${state.stageDone} ${state.stageTotal}`)
      }
    })
  })

const heardBy = (page: Page): Promise<Heard> =>
  page.evaluate(() => (window as unknown as { heard: Heard }).heard)

const go = (page: Page, view: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: view }).click()

async function main(): Promise<void> {
  const count = Number(values.images)
  const folder = await drawPictures(count, values.source)
  const userData = join(scaleCache, `window-${count}`)
  await rm(userData, { recursive: true, force: true })
  await mkdir(join(userData, 'cache'), { recursive: true })
  const known = join(scaleCache, 'cache-70000', 'semblance', 'headless', 'features')
  if (existsSync(known)) await symlink(known, join(userData, 'cache', 'features'))
  const { executablePath, environment, stop } = await electronRuntime(projectFolder)
  const app: ElectronApplication = await _electron.launch({
    executablePath,
    args: [projectFolder, folder, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: { ...environment, LANGUAGE: 'en', LANG: 'en_US.UTF-8', SEMBLANCE_USER_DATA: userData },
    timeout: 120_000,
  })
  const root = app.process().pid!
  let peak = 0
  const poll = setInterval(() => {
    peak = Math.max(peak, memoryMiB(root))
  }, 1000)
  try {
    const page = await app.firstWindow()
    page.setDefaultTimeout(3_600_000)
    await listen(page)
    const say = setInterval(() => {
      void heardBy(page).then(({ begun, told }) => {
        process.stderr.write(`${begun.at(-1)?.name ?? ''} ${told}, ${peak} MiB\n`)
      })
    }, 10_000)
    const phases: Phase[] = []
    const phase = async (name: string, work: () => Promise<Frames | null>): Promise<void> => {
      peak = memoryMiB(root)
      const startedAt = performance.now()
      const frames = await work()
      const seconds = (performance.now() - startedAt) / 1000
      const { stills } = await heardBy(page)
      const still = Math.max(
        0,
        ...Object.entries(stills)
          .filter(([key]) => key === name || key.startsWith(`${name}:`))
          .map(([, value]) => value),
      )
      phases.push({ phase: name, seconds, stillSeconds: still, peakMiB: peak, frames })
      process.stderr.write(`${JSON.stringify(phases.at(-1))}\n`)
    }
    const ended = (kind: string): Promise<unknown> =>
      page.waitForFunction(
        (wanted) => {
          const { jobs } = (window as unknown as { heard: Heard }).heard
          return jobs.some((job) => job.kind === wanted && job.phase === 'finished')
        },
        kind,
        { polling: 500 },
      )

    await phase('import', async () => {
      await page.locator('.scroller .pictures').first().waitFor()
      const over = ended('import')
      const frames = await scroll(page, Math.min(60, 5 + count / 2000))
      await over
      return frames
    })
    const trainAndLook = async (): Promise<void> => {
      await phase('training', async () => {
        await page.getByRole('banner').getByRole('button', { name: 'Train', exact: true }).click()
        await page.waitForFunction(
          () => {
            const { stage } = (window as unknown as { heard: Heard }).heard
            return stage !== '' && stage !== 'running' && stage !== 'paused'
          },
          undefined,
          { polling: 500 },
        )
        return null
      })
      const { stage } = await heardBy(page)
      if (stage !== 'finished') throw new Error(`the training ended as ${stage}`)
      await phase('projection', async () => {
        await go(page, 'Map')
        const over = ended('projection')
        const frames = await scroll(page, 20)
        await over
        return frames
      })
      await phase('library', async () => {
        await go(page, 'Library')
        return scroll(page, 15)
      })
    }
    if (!values['import-only']) await trainAndLook()
    const { begun, stills } = await heardBy(page)
    const stages = begun
      .map(({ name, at }, i) => ({
        stage: name,
        seconds: ((begun[i + 1]?.at ?? at) - at) / 1000,
        stillSeconds: stills[name] ?? 0,
      }))
      .filter(({ stage: name }) => name.startsWith('training:'))
    const result = { bench: 'scaleWindow', images: count, phases, stages }
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
    else {
      console.table(phases.map(({ frames, ...rest }) => ({ ...rest, ...frames })))
      console.table(stages)
    }
    clearInterval(say)
  } finally {
    clearInterval(poll)
    await app.close()
    stop()
  }
}

void main()
