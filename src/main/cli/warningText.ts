import type { TrainingRemedy, TrainingWarning } from '../../shared/model/training'
import { count } from './session'

const warningTexts: Readonly<Record<TrainingWarning['kind'], string>> = {
  collapse: 'all embeddings move to one point.',
  deadMargin: 'the loss rests at its margin.',
  notANumber: 'the loss was no longer a number.',
  semiHardFallback: 'few semi-hard negatives were left; the farthest stood in for them.',
  classesTooSmall: 'some labels have fewer images than a batch takes; they are drawn repeatedly.',
  damagedCheckpoint: 'the newest checkpoint was damaged, so an older state stood in for it.',
  sameWithinLabels:
    'within each label all images have the same features, so there is nothing to learn inside them.',
  constantFeatures: 'some of the features are the same in all images to train on.',
}

const remedyTexts: Readonly<Record<TrainingRemedy, string>> = {
  lowerLearningRate: 'A lower --learning-rate helps',
  softMargin: 'A soft margin helps (--loss-option soft=true)',
  semiHard: 'Semi-hard mining helps (--miner semiHard)',
}

/** What went wrong in a run, or is to be known of its set, in one line. */
export function warningText(warning: TrainingWarning): string {
  const { kind, epoch, action, remedy, isApplied, counts } = warning
  const text =
    kind === 'constantFeatures' && counts !== undefined
      ? `${count(counts['constant'] ?? 0)} of ${count(counts['features'] ?? 0)} features are the same in all images to train on.`
      : warningTexts[kind]
  const offer =
    remedy === undefined || remedy === null || isApplied === true
      ? ''
      : `${remedyTexts[remedy]}; --remedies does so by itself.`
  // Before the first epoch it is about the set.
  const when = epoch === 0 ? '' : `, epoch ${epoch}`
  return [`Note${when}: ${text}`, action, offer].filter((part) => part !== '').join(' ')
}
