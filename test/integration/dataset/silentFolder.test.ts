import type * as Actual from 'node:fs/promises'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkedFolder, folderState } from '../../../src/main/dataset/checkedFolder'
import { createImportJobs, type ImportJobs } from '../../../src/main/jobs/importJobs'
import { createJobBoard, type JobBoard } from '../../../src/main/jobs/jobBoard'
import type { JobState } from '../../../src/shared/model/jobs'
import { useImporting } from './importing'

/** Paths that the system does not answer about, as with a share whose server has gone. */
const silent = new Set<string>()
/** They answer after all, so that no test leaves a question behind. */
const answerAll: (() => void)[] = []
afterEach(() => {
  silent.clear()
  for (const answer of answerAll.splice(0)) answer()
})
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof Actual>()
  const unlessSilent =
    <Answer>(ask: (path: string) => Promise<Answer>) =>
    (path: string) =>
      silent.has(path)
        ? new Promise<void>((resolve) => answerAll.push(resolve)).then(() => ask(path))
        : ask(path)
  return {
    ...actual,
    stat: unlessSilent(actual.stat),
    lstat: unlessSilent(actual.lstat),
    realpath: unlessSilent(actual.realpath),
  }
})

const state = useImporting()

function jobsOf(): { readonly board: JobBoard; readonly imports: ImportJobs } {
  const board = createJobBoard()
  const imports = createImportJobs({
    importer: state.service,
    jobs: board,
    sampleFolder: '',
    events: { opened: () => {}, movedChanged: () => {}, ended: () => {} },
  })
  return { board, imports }
}

const whenRunning = (board: JobBoard): Promise<JobState> =>
  new Promise((resolve) =>
    board.onChanged((states) => {
      const job = states.find(({ phase }) => phase === 'running')
      if (job !== undefined) resolve(job)
    }),
  )

describe('a folder that does not answer', () => {
  it('is a job within a second, which ends when it is cancelled', async () => {
    const folder = join(state.pictures, 'share')
    silent.add(folder)
    const { board, imports } = jobsOf()
    const running = whenRunning(board)
    const at = performance.now()
    const started = imports.start(folder)
    const job = await running
    expect(performance.now() - at).toBeLessThan(1_000)
    expect(job).toMatchObject({ kind: 'recognition', subject: 'share' })
    board.cancel(job.id)
    expect(await started).toBeNull()
    expect(imports.isAnyRunning()).toBe(false)
  })

  it('does not keep imports from being closed', async () => {
    const folder = join(state.pictures, 'other share')
    silent.add(folder)
    const { imports } = jobsOf()
    const started = imports.start(folder)
    await imports.close()
    expect(await started).toBeNull()
  })

  it('that is a dataset is not there, and scanning it anew can be cancelled', async () => {
    const { id } = await state.importAll()
    silent.add(state.pictures)
    expect((await state.service.summary(id)).folderExists).toBe(false)
    const { board, imports } = jobsOf()
    const running = whenRunning(board)
    const rescan = imports.rescan(id)
    rescan.catch(() => {})
    const job = await running
    expect(job).toMatchObject({ kind: 'import', subject: 'pictures', datasetId: id })
    board.cancel(job.id)
    await expect(rescan).rejects.toMatchObject({ code: 'folderSilent' })
    expect(board.list().map(({ phase }) => phase)).not.toContain('running')
  })

  it('is refused in the end where nobody cancels', async () => {
    silent.add('/silent')
    vi.useFakeTimers()
    try {
      const refused = expect(checkedFolder('/silent')).rejects.toThrow(/did not answer for 30 sec/)
      await vi.advanceTimersByTimeAsync(30_000)
      await refused
    } finally {
      vi.useRealTimers()
    }
  })

  it('takes no more than two threads, and leaves others their answer', async () => {
    const there = join(state.pictures, 'there')
    await mkdir(there)
    silent.add('/silent 1')
    expect(await folderState('/silent 1')).toBe('silent')
    expect(await folderState(there)).toBe('there')
    expect(await folderState(join(there, 'no'))).toBe('gone')
    silent.add('/silent 2')
    expect(await folderState('/silent 2')).toBe('silent')
    // Whoever asks now is not waited for without end.
    expect(await folderState(there)).toBe('silent')
  })
})
