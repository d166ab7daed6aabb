import { basename } from 'node:path'
import type { exportingContract, ExportResult, ReportResult } from '../../shared/contract/exporting'
import { AppError } from '../../shared/errors'
import type { ServiceHandlers } from '../../shared/rpc'
import { datasetOfRun, exportEmbeddings } from '../exporting/embeddingExport'
import { embeddingFormats } from '../exporting/formats'
import type { JobBoard } from '../jobs/jobBoard'
import { writeReportPage } from '../reporting/writeReport'
import type { Services } from '../services'
import type { Shell } from './shell'

export function createExportingHandlers(
  services: Pick<Services, 'store' | 'workspace' | 'training' | 'projection'>,
  jobs: JobBoard,
  shell: Shell,
  version: string,
): ServiceHandlers<typeof exportingContract> {
  const { store, workspace } = services
  let last: string | null = null
  return {
    formats: () =>
      embeddingFormats.entries.map(({ name, title, description, extension, settings }) => ({
        ...{ name, title, description, extension, settings },
      })),

    embeddings: async ({ runId, imageIds, format, settings }): Promise<ExportResult> => {
      const datasetId = await datasetOfRun(store, runId)
      const dataset = await store.datasets.find(datasetId)
      const { extension, title } = embeddingFormats.get(format)
      const name = `${fileNameOf(dataset?.name)}-embeddings`
      const file = await shell.chooseExportFile(
        extension === null ? name : `${name}.${extension}`,
        extension === null ? null : { title: title.en, extension },
      )
      if (file === null) return { status: 'dismissed' }
      const controller = new AbortController()
      const job = jobs.start({
        kind: 'export',
        subject: basename(file),
        datasetId,
        cancel: () => controller.abort(),
      })
      try {
        const written = await exportEmbeddings({
          ...{ store, workspace, runId, file, format, settings },
          ...(imageIds === undefined ? {} : { imageIds }),
          signal: controller.signal,
          onProgress: (done, total) => job.progress(done, total),
        })
        if (written === null) {
          job.cancelled()
          return { status: 'cancelled' }
        }
        job.finished()
        last = file
        const { rows, files, notes } = written
        return {
          status: 'written',
          path: file,
          files: files.map((path) => basename(path)),
          rows,
          notes,
        }
      } catch (error) {
        job.failed(error)
        throw error
      }
    },

    report: async ({ runId, language }): Promise<ReportResult> => {
      const datasetId = await datasetOfRun(store, runId)
      const dataset = await store.datasets.find(datasetId)
      const name = `${fileNameOf(dataset?.name)}-report.html`
      const file = await shell.chooseExportFile(name, { title: 'HTML', extension: 'html' })
      if (file === null) return { status: 'dismissed' }
      const controller = new AbortController()
      const job = jobs.start({
        kind: 'export',
        subject: basename(file),
        datasetId,
        cancel: () => controller.abort(),
      })
      try {
        const isWritten = await writeReportPage(services, {
          ...{ runId, file, version, language, signal: controller.signal },
          onProgress: (share) => job.progress(Math.round(100 * share), 100),
        })
        if (!isWritten) {
          job.cancelled()
          return { status: 'cancelled' }
        }
        job.finished()
        last = file
        return { status: 'written', path: file }
      } catch (error) {
        job.failed(error)
        throw error
      }
    },

    showLast: (): true => {
      if (last === null) {
        throw new AppError('notFound', 'Nothing was exported in this window yet. Export first.')
      }
      shell.showInFolder(last)
      return true
    },
  }
}

/** A dataset's name without what file systems refuse. */
const fileNameOf = (name = 'semblance'): string =>
  name.replace(/[\p{Cc}<>:"/\\|?*]/gu, '-').replace(/^[. ]+|[. ]+$/g, '') || 'semblance'
