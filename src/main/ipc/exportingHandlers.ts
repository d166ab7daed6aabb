import { basename } from 'node:path'
import type { exportingContract, ExportResult, ReportResult } from '../../shared/contract/exporting'
import { AppError } from '../../shared/errors'
import type { RunId } from '../../shared/model/ids'
import type { ServiceHandlers } from '../../shared/rpc'
import { datasetOfRun, exportEmbeddings } from '../exporting/embeddingExport'
import { embeddingFormats } from '../exporting/formats'
import type { JobBoard } from '../jobs/jobBoard'
import { writeReportPage } from '../reporting/writeReport'
import type { Services } from '../services'
import { exportName } from './exportName'
import type { FileType, Shell } from './shell'

interface ExportTarget {
  readonly file: string
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

export function createExportingHandlers(
  services: Pick<Services, 'store' | 'workspace' | 'training' | 'projection'>,
  jobs: JobBoard,
  shell: Shell,
  version: string,
): ServiceHandlers<typeof exportingContract> {
  const { store, workspace } = services
  let last: string | null = null

  /** Asks where to, and writes there as a job that can be cancelled; `write` gives null where it was. */
  async function exportRun<Written extends object>(
    runId: RunId,
    { name, type }: { readonly name: string; readonly type: FileType | null },
    write: (to: ExportTarget) => Promise<Written | null>,
  ): Promise<
    { readonly status: 'dismissed' | 'cancelled' } | ({ readonly status: 'written' } & Written)
  > {
    const datasetId = await datasetOfRun(store, runId)
    const dataset = await store.datasets.find(datasetId)
    const file = await shell.chooseExportFile(exportName(dataset?.name, name, type), type)
    if (file === null) return { status: 'dismissed' }
    const controller = new AbortController()
    const job = jobs.start({
      kind: 'export',
      subject: basename(file),
      datasetId,
      cancel: () => controller.abort(),
    })
    try {
      const written = await write({
        ...{ file, signal: controller.signal },
        onProgress: (done, total) => job.progress(done, total),
      })
      if (written === null) {
        job.cancelled()
        return { status: 'cancelled' }
      }
      job.finished()
      last = file
      return { status: 'written', ...written }
    } catch (error) {
      job.failed(error)
      throw error
    }
  }

  return {
    formats: () =>
      embeddingFormats.entries.map(({ name, title, description, extension, settings }) => ({
        ...{ name, title, description, extension, settings },
      })),

    embeddings: async ({ runId, imageIds, format, settings }): Promise<ExportResult> => {
      const { extension, title } = embeddingFormats.get(format)
      const type = extension === null ? null : { title: title.en, extension }
      return exportRun(runId, { name: 'embeddings', type }, async (to) => {
        const written = await exportEmbeddings({
          ...{ store, workspace, runId, format, settings, ...to },
          ...(imageIds === undefined ? {} : { imageIds }),
        })
        if (written === null) return null
        const { rows, files, notes } = written
        return { path: to.file, files: files.map((path) => basename(path)), rows, notes }
      })
    },

    report: ({ runId, language }): Promise<ReportResult> =>
      exportRun(
        runId,
        { name: 'report', type: { title: 'HTML', extension: 'html' } },
        async ({ onProgress, ...to }) => {
          const isWritten = await writeReportPage(services, {
            ...{ runId, version, language, ...to },
            onProgress: (share) => onProgress(Math.round(100 * share), 100),
          })
          return isWritten ? { path: to.file } : null
        },
      ),

    showLast: (): true => {
      if (last === null) {
        throw new AppError('notFound', 'Nothing was exported in this window yet. Export first.')
      }
      shell.showInFolder(last)
      return true
    },
  }
}
