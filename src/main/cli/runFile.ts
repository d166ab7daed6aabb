import * as v from 'valibot'
import { losses } from '../../core/losses'
import { miners } from '../../core/miners'
import { lossesOfClasses, innermostLoss } from '../../core/objective/lossChoice'
import { outsideComponents } from '../../core/objective/outsideComponents'
import { requestOfRun } from '../../core/plan/runRequest'
import { type PlacedNetwork, placedNetwork } from '../../shared/model/ownNetwork'
import { type OutsideComponent, outsideComponent } from '../../shared/model/outsideComponent'
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
  /** Losses and miners of it that came from an extension; absent: none. */
  readonly outside?: readonly OutsideComponent[]
  /** A network of a person's own that it took; absent: none. */
  readonly network?: PlacedNetwork
  /** For whoever reads it: what the request kept unseen in the folder it was written for. */
  readonly unseen: UnseenFile
}

export function runFileOf(
  version: string,
  { options, backend }: RunSummary,
  unseen: UnseenFile,
  network: PlacedNetwork | null,
): RunFile {
  const outside = outsideComponents(options)
  const request = requestOfRun(options, backend?.name)
  return {
    ...{ version, request, unseen },
    ...(outside.length === 0 ? {} : { outside }),
    ...(network === null ? {} : { network }),
  }
}

/** 100,000 labels that are kept unseen, named twice, take less. */
const greatestRunFile = 64 * 2 ** 20

/**
 * The request of a run.json, or of a file that is nothing but a request.
 * @param note told where a loss or miner from an extension is of another version now
 * @throws UsageError saying what is wrong with the file
 */
export async function readRunFile(
  file: string,
  note: (text: string) => void,
): Promise<{ readonly request: TrainingRequest; readonly network: PlacedNetwork | null }> {
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
  noteVersions(content, note)
  const parsed = v.safeParse(trainingRequest, request)
  if (parsed.success) {
    const isRun = typeof content === 'object' && content !== null && 'version' in content
    return {
      request: isRun ? asThen(parsed.output) : parsed.output,
      network: networkOf(content),
    }
  }
  const issue = parsed.issues[0]
  throw new UsageError(
    `--run-file ${file} is not a run file: ${shown(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)}. Give the run.json that train wrote.`,
  )
}

const networkNamed = v.object({ network: placedNetwork })

function networkOf(content: unknown): PlacedNetwork | null {
  const named = v.safeParse(networkNamed, content)
  return named.success ? named.output.network : null
}

const outsideNamed = v.object({ outside: v.array(outsideComponent) })

/** @throws UsageError for a loss or miner of an extension that was not named */
function noteVersions(content: unknown, note: (text: string) => void): void {
  const named = v.safeParse(outsideNamed, content)
  if (!named.success) return
  for (const { kind, name, version } of named.output.outside) {
    const registry = kind === 'loss' ? losses : miners
    if (!registry.has(name)) {
      throw new UsageError(
        `The run used the ${kind} ${shown(name)}, version ${shown(version)}, of an extension. Name its file with --extension.`,
      )
    }
    const now = registry.get(name).version
    if (now === version) continue
    note(
      `Note: the run used version ${shown(version)} of the ${kind} ${name}, and this is ${now ?? 'one of the program'}; its numbers may differ.`,
    )
  }
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
