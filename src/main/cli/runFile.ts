import * as v from 'valibot'
import { losses } from '../../core/losses'
import { lossesOfClasses, innermostLoss } from '../../core/objective/lossChoice'
import { requestOfRun } from '../../core/plan/runRequest'
import { extractorOfEarlierRuns } from '../../shared/model/extractor'
import {
  type Component,
  type RunSummary,
  type TrainingRequest,
  trainingRequest,
} from '../../shared/model/training'
import { readBounded } from '../files/regularFile'
import { UsageError } from './parse'
import type { UnseenFile } from './unseenLabels'

/** What run.json holds: enough to train the same again. */
export interface RunFile {
  readonly version: string
  readonly request: TrainingRequest
  /** For whoever reads it: what the request kept unseen in the folder it was written for. */
  readonly unseen: UnseenFile
}

export function runFileOf(
  version: string,
  { options, backend }: RunSummary,
  unseen: UnseenFile,
): RunFile {
  return { version, request: requestOfRun(options, backend?.name), unseen }
}

/** 100,000 labels that are kept unseen, named twice, take less. */
const greatestRunFile = 64 * 2 ** 20

/**
 * The request of a run.json, or of a file that is nothing but a request.
 * @throws UsageError saying what is wrong with the file
 */
export async function readRunFile(file: string): Promise<TrainingRequest> {
  const bytes = await readBounded(file, greatestRunFile).catch((error: unknown) => {
    throw new UsageError(
      `--run-file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}. Give the run.json that train wrote.`,
    )
  })
  let content: unknown
  try {
    content = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new UsageError(
      `--run-file ${file} is not a run file: it is not JSON. Give the run.json that train wrote.`,
    )
  }
  const request =
    typeof content === 'object' && content !== null && 'request' in content
      ? content.request
      : content
  const parsed = v.safeParse(trainingRequest, request)
  if (parsed.success) {
    return typeof content === 'object' && content !== null && 'version' in content
      ? asThen(parsed.output)
      : parsed.output
  }
  const issue = parsed.issues[0]
  throw new UsageError(
    `--run-file ${file} is not a run file: ${shown(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)}. Give the run.json that train wrote.`,
  )
}

/** Of a file's own words as much as a line holds, and nothing that a terminal obeys. */
const shown = (text: string): string => {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain
}

/** What an earlier version that wrote the file did without a word in it. */
function asThen(request: TrainingRequest): TrainingRequest {
  const { loss, addedLosses = [] } = request
  const isKnown = (one: Component) => losses.has(one.name) && losses.has(innermostLoss(one).name)
  const hadRandomRows =
    loss !== undefined &&
    [loss, ...addedLosses].every(isKnown) &&
    lossesOfClasses({ loss, addedLosses }).length > 0
  return {
    ...(hadRandomRows ? { proxyStart: 'random' } : {}),
    extractor: extractorOfEarlierRuns,
    // Labels were divided by a shuffle of them.
    splitBy: 'shuffle',
    ...request,
  }
}
