import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors'
import type { Recovery } from '../../shared/model/recovery'
import { type Database, openConnection } from './connection'
import { raiseOtherIds, raiseRunIds } from './freshIds'
import { migrate, versionOf } from './migrate'
import { migrations } from './migrations'
import { recover, recoveryError, wasUsed } from './recover'
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
  /** Set where the file was damaged or gone: what was done. */
  readonly recovery: Recovery | null
  /** The same in a sentence. */
  readonly damage: AppError | null
  close(): Promise<void>
}

/**
 * Opens the database, made and migrated where needed. One that is damaged, or absent beside results
 * of earlier days, is repaired or its newest backup is used (see `recover.ts`); `damage` then says
 * what was done and where the old file is.
 */
export async function openStore(databaseFile: string): Promise<Store> {
  await mkdir(dirname(databaseFile), { recursive: true })
  let recovery: Recovery | null = null
  let cause: unknown
  const isUsed = await wasUsed(databaseFile)
  const { size } = await stat(databaseFile).catch(() => ({ size: 0 }))
  if (size === 0 && isUsed) recovery = await recover(databaseFile)
  let database: Database
  try {
    database = await openChecked(databaseFile, isUsed && recovery === null)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'databaseDamaged') throw error
    cause = error
    recovery = await recover(databaseFile)
    database = await openChecked(databaseFile, false)
  }
  await raiseRunIds(database, databaseFile)
  if (recovery !== null) await raiseOtherIds(database, databaseFile)
  const damage = recovery === null ? null : recoveryError(recovery, cause)
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
    recovery,
    damage,
    close: () => database.close(),
  }
}

/** @param mustHoldTables whether one without any is damaged, and not new */
async function openChecked(file: string, mustHoldTables: boolean): Promise<Database> {
  const database = await openConnection(file)
  try {
    const row = await database.get<{ quick_check: string }>('PRAGMA quick_check(1)')
    if (row?.quick_check !== 'ok') {
      throw new AppError('databaseDamaged', `The database is damaged: ${row?.quick_check}`)
    }
    if (mustHoldTables && (await versionOf(database)) === 0) {
      throw new AppError('databaseDamaged', 'The database is empty.')
    }
    await migrate(database, migrations)
    return database
  } catch (error) {
    await database.close().catch(() => {})
    throw error
  }
}
