import { mkdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors'
import { type Database, openConnection } from './connection'
import { migrate } from './migrate'
import { migrations } from './migrations'
import {
  type ComparisonRepository,
  createComparisonRepository,
} from './repositories/comparisonRepository'
import { createDatasetRepository, type DatasetRepository } from './repositories/datasetRepository'
import {
  createDuplicateRepository,
  type DuplicateRepository,
} from './repositories/duplicateRepository'
import { createImageRepository, type ImageRepository } from './repositories/imageRepository'
import { createJournalRepository, type JournalRepository } from './repositories/journalRepository'
import { createLabelRepository, type LabelRepository } from './repositories/labelRepository'
import { createReviewRepository, type ReviewRepository } from './repositories/reviewRepository'
import { createRunRepository, type RunRepository } from './repositories/runRepository'
import {
  createSettingsRepository,
  type SettingsRepository,
} from './repositories/settingsRepository'
import { createSplitRepository, type SplitRepository } from './repositories/splitRepository'
import { createTripletRepository, type TripletRepository } from './repositories/tripletRepository'
import { createVerdictRepository, type VerdictRepository } from './repositories/verdictRepository'

/** Everything that is kept; the only way to the database. Main alone opens it, no worker. */
export interface Store {
  readonly database: Database
  readonly datasets: DatasetRepository
  readonly images: ImageRepository
  readonly duplicates: DuplicateRepository
  readonly labels: LabelRepository
  readonly journal: JournalRepository
  readonly runs: RunRepository
  readonly splits: SplitRepository
  readonly triplets: TripletRepository
  readonly comparison: ComparisonRepository
  readonly verdicts: VerdictRepository
  readonly reviews: ReviewRepository
  readonly settings: SettingsRepository
  /** Set where a damaged file was found: it was set aside whole and a new one begun. */
  readonly damage: AppError | null
  close(): Promise<void>
}

/**
 * Opens the database, made and migrated where needed. A damaged file is renamed, never deleted,
 * and the program starts with a new one; `damage` then says where the old one is.
 */
export async function openStore(databaseFile: string): Promise<Store> {
  await mkdir(dirname(databaseFile), { recursive: true })
  let damage: AppError | null = null
  let database: Database
  try {
    database = await openChecked(databaseFile)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'databaseDamaged') throw error
    const keptAs = await setAside(databaseFile)
    damage = new AppError(
      'databaseDamaged',
      `The database was damaged and was set aside as ${keptAs}; nothing in it was deleted. A new one was begun: import your folders again.`,
      { file: keptAs },
      error,
    )
    database = await openChecked(databaseFile)
  }
  return {
    database,
    datasets: createDatasetRepository(database),
    images: createImageRepository(database),
    duplicates: createDuplicateRepository(database),
    labels: createLabelRepository(database),
    journal: createJournalRepository(database),
    runs: createRunRepository(database),
    splits: createSplitRepository(database),
    triplets: createTripletRepository(database),
    comparison: createComparisonRepository(database),
    verdicts: createVerdictRepository(database),
    reviews: createReviewRepository(database),
    settings: createSettingsRepository(database),
    damage,
    close: () => database.close(),
  }
}

async function openChecked(file: string): Promise<Database> {
  const database = await openConnection(file)
  try {
    const row = await database.get<{ quick_check: string }>('PRAGMA quick_check(1)')
    if (row?.quick_check !== 'ok') {
      throw new AppError('databaseDamaged', `The database is damaged: ${row?.quick_check}`)
    }
    await migrate(database, migrations)
    return database
  } catch (error) {
    await database.close().catch(() => {})
    throw error
  }
}

async function setAside(file: string): Promise<string> {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const kept = join(dirname(file), `damaged-${stamp}-${basename(file)}`)
  await rename(file, kept)
  for (const suffix of ['-wal', '-shm']) {
    await rename(`${file}${suffix}`, `${kept}${suffix}`).catch(() => {})
  }
  return kept
}
