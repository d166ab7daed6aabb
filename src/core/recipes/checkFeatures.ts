import { type InterruptibleThread, paceOf, walkUnlessCancelled } from '../steps'
import { findInFeatures, warningsOfFeatures } from '../findings/featureFindings'
import type { TrainingOptions, TrainingWarning } from '../../shared/model/training'
import type { TrainingData } from './surroundings'

/**
 * What is wrong with the set as its features show it, before anything is trained on them.
 * @throws AppError noVariation where all are the same, notFinite where one is no number
 */
export async function checkFeatures(
  job: {
    /** SHA-256 of the file of each row. */
    readonly sha256: readonly string[]
    readonly options: Pick<TrainingOptions, 'network'>
  },
  { source, training }: Pick<TrainingData, 'source' | 'training'>,
  context: InterruptibleThread,
): Promise<readonly TrainingWarning[]> {
  const found = await walkUnlessCancelled(findInFeatures(source, training), paceOf(context))
  if (found === null) return []
  const features = job.options.network === 'frozen' ? source.rowSize : null
  const warnings = warningsOfFeatures(found, training.rows.length, features)
  // Of copies of files the plan has said so.
  const files = new Set(Array.from(training.rows, (row) => job.sha256[row]!))
  const labels = new Set(training.labels).size
  return files.size > labels ? warnings : warnings.filter(({ kind }) => kind !== 'sameWithinLabels')
}
