import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { UndoState } from '../../shared/contract/labels'
import { AppError } from '../../shared/errors'
import type { DatasetId } from '../../shared/model/ids'
import type { ImportedImage } from '../db/repositories/imageRepository'
import type { Store } from '../db/store'
import { maximumBytes } from '../dataset/openPicture'
import { writeFailure } from '../exporting/writeChunks'
import { atomicWrite } from '../files/atomicWrite'
import { readBounded } from '../files/regularFile'
import { type AcceptedGroup, planAcceptance } from '../labels/acceptance'
import type { ChangeLog } from '../labels/changeLog'
import { addedPrefix, type Workspace } from '../workspace'
import { imagesOfContents } from './references'
import type { SheetPicture } from './sheet'

export interface Acceptance {
  readonly store: Store
  readonly workspace: Workspace
  readonly changes: ChangeLog
  readonly datasetId: DatasetId
  readonly groups: readonly { readonly label: string; readonly pictures: readonly SheetPicture[] }[]
}

type AddedImage = Omit<ImportedImage, 'labelId' | 'labelSource'>

/**
 * Gives pictures their labels as one step of the journal. One from elsewhere is copied beside the
 * database, so that it stays when its file goes, and the person's folder is never written to; one
 * that the set has already is labelled there.
 * @throws AppError invalidInput for a file that has changed since it was read; diskFull and others
 */
export async function acceptPictures({
  store,
  workspace,
  changes,
  datasetId,
  groups,
}: Acceptance): Promise<UndoState> {
  const inSet = await imagesOfContents(store, datasetId)
  const taken = new Set<string>()
  const planned: AcceptedGroup[] = []
  for (const { label, pictures } of groups) {
    const imageIds: number[] = []
    const added: AddedImage[] = []
    for (const { imageId, file, read, name } of pictures) {
      const there = imageId ?? inSet.get(read?.sha256 ?? '')?.imageId
      if (there !== undefined) imageIds.push(there)
      else if (file !== null && read !== null && !taken.has(read.sha256)) {
        taken.add(read.sha256)
        const path = `${datasetId}/${read.sha256}/${basename(name)}`
        await copyPicture(file, join(workspace.addedFolder, path), read.sha256)
        const { sha256, perceptualHash, widthPx, heightPx, format, bytes, modifiedAt } = read
        added.push({
          ...{ sha256, perceptualHash, widthPx, heightPx, format, bytes, modifiedAt },
          relativePath: `${addedPrefix}${path}`,
        })
      }
    }
    planned.push({ label, imageIds, added })
  }
  return changes.record(datasetId, 'accept', (transaction) =>
    planAcceptance(store, transaction, datasetId, planned),
  )
}

async function copyPicture(file: string, to: string, sha256: string): Promise<void> {
  const bytes = await readBounded(file, maximumBytes).catch(() => null)
  if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new AppError(
      'invalidInput',
      `${basename(file)} is not what it was when it was read. Add it again.`,
      { name: basename(file) },
    )
  }
  try {
    await mkdir(dirname(to), { recursive: true })
    await atomicWrite(to, bytes)
  } catch (error) {
    throw writeFailure(to, error)
  }
}
