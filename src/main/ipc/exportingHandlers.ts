import { basename } from 'node:path'
import type { exportingContract } from '../../shared/contract/exporting'
import { AppError } from '../../shared/errors'
import type { ServiceHandlers } from '../../shared/rpc'
import { exportEmbeddings } from '../exporting/embeddingExport'
import type { JobBoard } from '../jobs/jobBoard'
import type { Services } from '../services'
import type { Shell } from './shell'

export const createExportingHandlers = (
  { store, workspace }: Pick<Services, 'store' | 'workspace'>,
  jobs: JobBoard,
  shell: Shell,
): ServiceHandlers<typeof exportingContract> => ({
  embeddings: async ({ runId, imageIds }) => {
    const run = await store.runs.find(runId)
    if (run === undefined || !run.summary.hasEmbeddings) {
      throw new AppError(
        'noEmbeddings',
        'This run has no embeddings to export. Train until it has finished, then export again.',
        { runId },
      )
    }
    const dataset = await store.datasets.find(run.datasetId)
    const file = await shell.chooseCsvFile(`${fileNameOf(dataset?.name)}-embeddings.csv`)
    if (file === null) return { fileName: null, rows: 0 }
    const controller = new AbortController()
    const job = jobs.start({
      kind: 'export',
      subject: basename(file),
      datasetId: run.datasetId,
      cancel: () => controller.abort(),
    })
    try {
      const rows = await exportEmbeddings({
        store,
        workspace,
        runId,
        ...(imageIds === undefined ? {} : { imageIds }),
        file,
        signal: controller.signal,
        onProgress: (done, total) => job.progress(done, total),
      })
      if (rows === null) {
        job.cancelled()
        return { fileName: null, rows: 0 }
      }
      job.finished()
      return { fileName: basename(file), rows }
    } catch (error) {
      job.failed(error)
      throw error
    }
  },
})

/** A dataset's name without what file systems refuse. */
const fileNameOf = (name = 'semblance'): string =>
  name.replace(/[\p{Cc}<>:"/\\|?*]/gu, '-').replace(/^[. ]+|[. ]+$/g, '') || 'semblance'
