import { dirname } from 'node:path'
import { type WrittenExport, writeEmbeddings } from '../exporting/embeddingExport'
import { exportTarget } from './exportOptions'
import { checkModel, withEmbeddings } from './modelArgument'
import type { TakingNetwork } from './ownNetwork'
import type { ParsedCommand } from './parse'
import { count, existingFolder, importFolder, prepareOut, type Session } from './session'

export async function checkEmbedArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const folder = await existingFolder(parsed.positionals[0]!)
  const model = await checkModel(parsed, taking)
  const target = await exportTarget(parsed)
  const views = parsed.numbers.get('views') ?? 1
  return { folder, model, target, views, followsLinks: parsed.flags.has('follow-links') }
}

export interface EmbedOutcome extends Pick<WrittenExport, 'rows' | 'notes'> {
  readonly embeddingSize: number
  readonly out: string
  /** Of each picture, whose embeddings were averaged; absent: the picture as it is. */
  readonly views?: number
}

/** Embeds a folder with a saved model into a file; null where it was cancelled. */
export async function runEmbed(
  session: Session,
  { folder, model, target, views, followsLinks }: Awaited<ReturnType<typeof checkEmbedArguments>>,
): Promise<EmbedOutcome | null> {
  const { progress, signal } = session
  await prepareOut(dirname(target.file))
  const { dataset } = await importFolder(session, folder, [], followsLinks)
  if (signal.aborted) return null
  return withEmbeddings(session, { datasetId: dataset.id, model, views }, async (rows) => {
    const written = await writeEmbeddings(rows, {
      ...{ ...target, signal },
      onProgress: (at, total) => progress.update('Writing', `${count(at)} of ${count(total)}`),
    })
    if (written === null) return null
    const { notes, dimension: embeddingSize } = written
    const done = { rows: written.rows, embeddingSize, out: target.file, notes }
    return views === 1 ? done : { ...done, views }
  })
}
