import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { requestOfRun } from '../../core/training/runRequest'
import { type RunSummary, type TrainingRequest, trainingRequest } from '../../shared/model/training'
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

/**
 * The request of a run.json, or of a file that is nothing but a request.
 * @throws UsageError saying what is wrong with the file
 */
export async function readRunFile(file: string): Promise<TrainingRequest> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`--run-file ${file} cannot be read: ${reason}.`)
  }
  const request =
    typeof content === 'object' && content !== null && 'request' in content
      ? content.request
      : content
  const parsed = v.safeParse(trainingRequest, request)
  if (parsed.success)
    return isOfEarlierVersion(content, parsed.output) ? shuffled(parsed.output) : parsed.output
  const issue = parsed.issues[0]
  throw new UsageError(
    `--run-file ${file} is not a run file: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}. Give the run.json that train wrote.`,
  )
}

/** Whether a program wrote the file that still divided by a shuffle of the labels. */
const isOfEarlierVersion = (content: unknown, { splitBy }: TrainingRequest): boolean =>
  splitBy === undefined && typeof content === 'object' && content !== null && 'version' in content

const shuffled = (request: TrainingRequest): TrainingRequest => ({ ...request, splitBy: 'shuffle' })
