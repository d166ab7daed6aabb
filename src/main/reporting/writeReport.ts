import type { RunId } from '../../shared/model/ids'
import type { RunReport } from '../../shared/model/training'
import { atomicWrite } from '../files/atomicWrite'
import { collectReport, type ReportSources } from './collectReport'
import { type ReportLanguage, reportPage } from './reportPage'

/**
 * Writes a run's report, one HTML file that needs nothing else.
 * @param options.onProgress hears the share that is done
 * @returns false where it was cancelled; nothing is left behind then
 * @throws AppError notFound, noEmbeddings, embeddingsDamaged
 */
export async function writeReportPage(
  sources: ReportSources,
  {
    runId,
    file,
    version,
    language,
    quality,
    signal,
    onProgress = () => {},
  }: {
    readonly runId: RunId
    readonly file: string
    readonly version: string
    readonly language: ReportLanguage
    /** Absent: it is computed. */
    readonly quality?: RunReport
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: (share: number) => void
  },
): Promise<boolean> {
  const content = await collectReport(sources, runId, { quality, signal, onProgress })
  if (content === null || signal?.aborted === true) return false
  await atomicWrite(file, reportPage(content, { version, language, writtenAt: new Date() }))
  onProgress(1)
  return true
}
