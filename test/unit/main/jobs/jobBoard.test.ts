import { describe, expect, it } from 'vitest'
import { coalesce } from '../../../../src/main/jobs/coalesce'
import { createJobBoard, endedStayMs } from '../../../../src/main/jobs/jobBoard'
import { AppError } from '../../../../src/shared/errors'
import type { JobState } from '../../../../src/shared/model/jobs'
import { manualClock } from './manualClock'

function boardOnRecord() {
  const clock = manualClock()
  const board = createJobBoard(clock)
  const reports: (readonly JobState[])[] = []
  board.onChanged((jobs) => reports.push(jobs))
  return { clock, board, reports }
}

const importOf = (subject: string, cancel = (): void => {}) =>
  ({ kind: 'import', subject, datasetId: null, cancel }) as const

describe('the job board', () => {
  it('reports ten times a second at most, the newest state last', () => {
    const { clock, board, reports } = boardOnRecord()
    const job = board.start(importOf('cats'))
    for (let done = 1; done <= 1_000; done++) {
      job.progress(done, 1_000)
      clock.advance(1)
    }
    clock.advance(100)
    expect(reports.length).toBeLessThanOrEqual(12)
    expect(reports.length).toBeGreaterThan(8)
    expect(reports.at(-1)?.[0]?.done).toBe(1_000)
  })

  it('shows an end for a while, then forgets it', () => {
    const { clock, board, reports } = boardOnRecord()
    board.start(importOf('cats')).finished()
    expect(board.list().map(({ phase }) => phase)).toEqual(['finished'])
    clock.advance(endedStayMs - 1)
    expect(board.list()).toHaveLength(1)
    clock.advance(200)
    expect(board.list()).toHaveLength(0)
    expect(reports.at(-1)).toEqual([])
  })

  it('keeps an end as it is', () => {
    const { board } = boardOnRecord()
    const job = board.start(importOf('cats'))
    job.cancelled()
    job.progress(5, 10)
    job.finished()
    job.failed(new Error('late'))
    job.resumed()
    expect(board.list()[0]).toMatchObject({ phase: 'cancelled', done: 0, error: null })
  })

  it('says why a job failed', () => {
    const { board } = boardOnRecord()
    board.start(importOf('cats')).failed(new AppError('diskFull', 'The disk is full.'))
    expect(board.list()[0]).toMatchObject({
      phase: 'failed',
      error: { code: 'diskFull', message: 'The disk is full.' },
    })
  })

  it('tells the time left from the rate, without the pauses', () => {
    const { clock, board } = boardOnRecord()
    const job = board.start(importOf('cats'))
    job.progress(1, 100)
    expect(board.list()[0]?.remainingMs).toBeNull()
    clock.advance(2_000)
    job.progress(50, 100)
    expect(board.list()[0]?.remainingMs).toBe(2_000)
    job.paused()
    expect(board.list()[0]).toMatchObject({ phase: 'paused', remainingMs: null })
    clock.advance(60_000)
    job.resumed()
    job.progress(50, 100)
    expect(board.list()[0]).toMatchObject({ phase: 'running', remainingMs: 2_000 })
    job.progress(60, 100, 7)
    expect(board.list()[0]?.remainingMs).toBe(7)
  })

  it('asks the right work to end, and only while it runs', () => {
    const { board } = boardOnRecord()
    const asked: string[] = []
    const first = board.start(importOf('cats', () => asked.push('cats')))
    const second = board.start(importOf('dogs', () => asked.push('dogs')))
    board.cancel(second.id)
    first.finished()
    board.cancel(first.id)
    expect(asked).toEqual(['dogs'])
  })

  it('leaves no timer behind', () => {
    const { clock, board } = boardOnRecord()
    const job = board.start(importOf('cats'))
    job.progress(1, 2)
    job.finished()
    expect(clock.due).toBeGreaterThan(0)
    board.dispose()
    expect(clock.due).toBe(0)
  })
})

describe('coalesce', () => {
  it('works at once, then once more after a burst', () => {
    const clock = manualClock()
    let times = 0
    const work = coalesce(() => (times += 1), clock)
    for (let index = 0; index < 50; index++) work()
    expect(times).toBe(1)
    clock.advance(100)
    expect(times).toBe(2)
    clock.advance(1_000)
    expect(times).toBe(2)
    work()
    expect(times).toBe(3)
  })
  it('does nothing any more when stopped', () => {
    const clock = manualClock()
    let times = 0
    const work = coalesce(() => (times += 1), clock)
    work()
    work()
    work.stop()
    work()
    clock.advance(1_000)
    expect(times).toBe(1)
    expect(clock.due).toBe(0)
  })
})
