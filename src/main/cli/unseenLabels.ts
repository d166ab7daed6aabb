import { resolve } from 'node:path'
import type { DatasetId } from '../../shared/model/ids'
import type { DatasetSplit } from '../../shared/model/split'
import type { TrainingRequest } from '../../shared/model/training'
import { readRegularFile } from '../files/regularFile'
import type { SplitRequest } from '../split/keptSplit'
import { type ParsedCommand, UsageError } from './parse'
import { count, type Session } from './session'
import { nearestName } from './suggestion'

/** What metrics.json and run.json say of the test. */
export interface UnseenFile {
  readonly kind: DatasetSplit['kind']
  readonly testShare: number
  readonly splitSeed: number
  /** Names of the labels that are kept unseen, by name; empty where single images are. */
  readonly labels: readonly string[]
  readonly images: number
  /** Images that do not train because a near-duplicate of theirs is kept unseen. */
  readonly leftOut: number
}

/** What of the options chooses the test; a choice by them replaces the labels of a run file. */
const choices = ['split', 'test-share', 'split-seed'] as const

/** Bytes of a file that names labels: far more than any set has. */
const greatestList = 64 * 2 ** 20

/**
 * The request with the labels of `--unseen-labels`: names with commas between, or a file with one
 * name a line.
 * @throws UsageError where it names nothing, or another option says something else
 */
export async function withUnseenLabels<R extends SplitRequest>(
  request: R,
  parsed: ParsedCommand,
): Promise<R> {
  const given = parsed.texts.get('unseen-labels')
  const { unseenLabels: _, ...rest } = request
  const other = choices.find((name) => parsed.texts.has(name) || parsed.numbers.has(name))
  if (given === undefined) return other === undefined ? request : (rest as R)
  if (other !== undefined && parsed.texts.get(other) !== 'byClass') {
    throw new UsageError(
      `--unseen-labels says which labels are kept unseen, and --${other} something else. Give one of them.`,
    )
  }
  const found = await readRegularFile(resolve(given), greatestList).catch(() => null)
  if (found?.kind === 'tooLarge') {
    throw new UsageError(
      `--unseen-labels ${given} is too large for a list of labels. Give a file with one name a line.`,
    )
  }
  // A label may be called like a folder that is here: what is no ordinary file is a name.
  const lines =
    found?.kind === 'read'
      ? found.bytes
          .toString('utf8')
          .replace(/^\uFEFF/, '')
          .split(/\r?\n/)
      : given.split(',')
  const names = lines.map((name) => name.trim().normalize('NFC')).filter((name) => name !== '')
  if (names.length === 0) {
    throw new UsageError(
      '--unseen-labels needs at least one label: names with commas between, or a file with one name a line.',
    )
  }
  return { ...rest, split: 'byClass', unseenLabels: [...new Set(names)] } as R
}

/**
 * Holds the names of a request to the labels there are, before any planning.
 * @throws UsageError where `--unseen-labels` names a label that no image has; names of a run file
 *   that are not there are only said
 */
export async function checkUnseen(
  { services, progress }: Session,
  datasetId: DatasetId,
  { unseenLabels = [] }: SplitRequest,
  isOption: boolean,
): Promise<void> {
  const known = [...(await services.store.labels.list(datasetId))].map(({ name }) => name)
  const missing = unseenLabels.filter((name) => !known.includes(name))
  if (missing.length > 0) {
    const [first] = missing
    if (isOption) {
      const near = nearestName(first!, known)
      const advice = near === null ? '' : ` Did you mean ${near}?`
      throw new UsageError(`--unseen-labels: no image has the label "${first}".${advice}`)
    }
    progress.line(
      `Note: ${count(missing.length)} of the labels that the run file keeps unseen are not in this folder: ${listed(missing)}.`,
    )
  }
}

/** Says what is kept unseen. */
export async function sayUnseen(
  { services, progress }: Session,
  datasetId: DatasetId,
  request: TrainingRequest,
): Promise<UnseenFile> {
  const { unseenLabels = [] } = request
  const { split, testShare, splitBy, seed = 1 } = request
  const isShuffled = splitBy === 'shuffle'
  const splitSeed = request.splitSeed ?? (isShuffled ? seed : undefined)
  const state = await services.split.state({
    datasetId,
    request: {
      ...(split === undefined ? {} : { split }),
      ...(testShare === undefined ? {} : { testShare }),
      ...(splitSeed === undefined ? {} : { splitSeed }),
      ...(splitBy === undefined ? {} : { splitBy }),
      ...(request.unseenLabels === undefined ? {} : { unseenLabels }),
    },
  })
  const unseen = unseenFileOf(state)
  const how = isShuffled ? 'shuffled as by earlier versions, seed' : 'split seed'
  const named = unseenLabels.length > 0 ? '' : ` (${how} ${unseen.splitSeed})`
  if (unseen.labels.length > 0) progress.line(`Kept unseen${named}: ${listed(unseen.labels)}.`)
  if (unseen.leftOut > 0) {
    progress.line(
      `${count(unseen.leftOut)} images are left out of training: near-duplicates of theirs are kept unseen.`,
    )
  }
  return unseen
}

function unseenFileOf(state: DatasetSplit): UnseenFile {
  const { kind, testShare, seed, labels, leftOut } = state
  const tested = labels.filter(({ testCount }) => testCount > 0)
  return {
    kind,
    testShare,
    splitSeed: seed,
    labels: kind === 'byClass' ? tested.map(({ name }) => name) : [],
    images: tested.reduce((sum, { testCount }) => sum + testCount, 0),
    leftOut: leftOut.length,
  }
}

/** A few names; the rest are counted. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ')
  return names.length > 12 ? `${shown} and ${count(names.length - 12)} more` : shown
}
