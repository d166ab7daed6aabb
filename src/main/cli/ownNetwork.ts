import { resolve } from 'node:path'
import type { DatasetId } from '../../shared/model/ids'
import {
  type FoundNetwork,
  isOwnId,
  type NetworkAnswers,
  type PlacedNetwork,
  type Source,
} from '../../shared/model/ownNetwork'
import type { TrainingRequest } from '../../shared/model/training'
import { hashOfNetwork, placeKnown } from '../features/ownNetworks/placeNetwork'
import { inspectNetwork } from '../features/ownNetworks/inspectNetwork'
import { registeredNetworks, registerNetworks } from '../features/ownNetworks/registeredNetworks'
import type { CommandOption } from './command'
import { type ParsedCommand, UsageError } from './parse'
import { durationText } from './progressLine'
import { count, type ProgramFolders, type Session } from './session'
import { startOwnRuntime } from '../features/ownNetworks/ownRuntime'

export const networkFileOption: CommandOption = {
  name: 'network-file',
  kind: 'text',
  value: 'FILE.onnx',
  meaning:
    'A pretrained network of your own, as ONNX. It stays where it is and is known by its SHA-256. What the file does not say is guessed and said.',
}
/** What a file may leave open. */
export const networkAnswerOptions: readonly CommandOption[] = [
  {
    name: 'network-side',
    kind: 'integer',
    value: 'PX',
    minimum: 16,
    maximum: 2048,
    meaning: 'Side of the pictures that the network of --network-file takes.',
  },
  {
    name: 'network-layout',
    kind: 'text',
    choices: ['nchw', 'nhwc'],
    meaning: 'Whether colours come before rows and columns (nchw) or after them.',
  },
  {
    name: 'network-mean',
    kind: 'text',
    value: 'R,G,B',
    meaning:
      'Mean that the network takes off, of values from 0 to 1. By itself: what a preprocessor_config.json beside it says, else that of ImageNet.',
  },
  {
    name: 'network-deviation',
    kind: 'text',
    value: 'R,G,B',
    meaning: 'Deviation that it divides by, likewise.',
  },
]

const answersOf = (parsed: ParsedCommand): NetworkAnswers => ({
  sidePx: parsed.numbers.get('network-side'),
  layout: parsed.texts.get('network-layout') as NetworkAnswers['layout'],
  mean: threeOf(parsed, 'network-mean'),
  deviation: threeOf(parsed, 'network-deviation'),
})

function threeOf({ texts }: ParsedCommand, option: string): NetworkAnswers['mean'] {
  const text = texts.get(option)
  if (text === undefined) return undefined
  const [r, g, b, ...more] = text
    .split(',')
    .map((part) => (part.trim() === '' ? NaN : Number(part)))
  const isSound = [r, g, b].every((one) => Number.isFinite(one)) && more.length === 0
  if (!isSound) {
    throw new UsageError(
      `--${option} must be three numbers with commas between, for instance 0.5,0.5,0.5.`,
    )
  }
  return [r!, g!, b!]
}

/** What of the program takes part where a command takes a network. */
export interface TakingNetwork {
  readonly folders: ProgramFolders
  readonly note: (text: string) => void
}

/**
 * The network of a person's own that a command takes, ready to be chosen; null: none.
 * @param known that a run file, a run or a model names
 * @param isBound whether no other will do
 * @throws UsageError where options belong to no network; AppError invalidInput with what is wrong
 *   with it
 */
export async function takeNetwork(
  parsed: ParsedCommand,
  known: PlacedNetwork | null,
  { folders, note }: TakingNetwork,
  isBound = false,
): Promise<PlacedNetwork | null> {
  const given = parsed.texts.get(networkFileOption.name)
  const answers = answersOf(parsed)
  if (given === undefined) {
    const stray = networkAnswerOptions.find(
      ({ name }) => parsed.texts.has(name) || parsed.numbers.has(name),
    )
    if (stray !== undefined) {
      throw new UsageError(
        `--${stray.name} belongs to a network. Name its file with --network-file.`,
      )
    }
    if (known === null) return null
    const placed = await placeKnown(known)
    registerNetworks([placed])
    return placed
  }
  if (parsed.texts.has('extractor')) {
    throw new UsageError('--extractor and --network-file both name a network. Give one of them.')
  }
  const file = resolve(given)
  if (known !== null && isBound) {
    const placed = await placeKnown(known, file)
    registerNetworks([placed])
    return placed
  }
  const isAnswered = Object.values(answers).some((answer) => answer !== undefined)
  if (known !== null && !isAnswered && (await hashOfNetwork(file)) === known.network.contentHash) {
    const placed = { file, network: known.network }
    registerNetworks([placed])
    return placed
  }
  const runtime = startOwnRuntime(folders)
  try {
    const found = await inspectNetwork(file, answers, runtime.open)
    for (const line of foundLines(found)) note(line)
    const placed = { file, network: found.network }
    registerNetworks([placed])
    return placed
  } finally {
    runtime.dispose()
  }
}

/** The request on that network, where one was named. */
export const onNetwork = (
  request: TrainingRequest,
  placed: PlacedNetwork | null,
): TrainingRequest => (placed === null ? request : { ...request, extractor: placed.network.id })

/** Whether a request takes a network of a person's own. */
export const takesOwn = ({ extractor }: Pick<TrainingRequest, 'extractor'>): boolean =>
  extractor !== undefined && isOwnId(extractor)

/** The network of a person's own that a request takes, where it is known by now. */
export const networkTaken = ({
  extractor,
}: Pick<TrainingRequest, 'extractor'>): PlacedNetwork | null =>
  registeredNetworks().find(({ network }) => network.id === extractor) ?? null

/** Tries the network on three pictures of the set before the work begins. */
export async function tryOnSet(
  { services, progress }: Session,
  datasetId: DatasetId,
  placed: PlacedNetwork,
): Promise<void> {
  const { network } = placed
  const trial = await services.ownNetworks.tryOn({ datasetId, placed })
  progress.clear()
  for (const { layer, reason } of trial.leftOut) {
    progress.line(`Note: the layer ${layer} of ${network.title} is left out: ${reason}.`)
  }
  registerNetworks([trial.placed])
  const seconds = (trial.msPerPicture * trial.imageCount) / 1000
  progress.line(
    `${network.title} was tried on ${trial.pictures} pictures of the set: ${trial.pictures} different vectors, ${trial.msPerPicture.toFixed(1)} ms a picture, ${durationText(seconds)} for all ${count(trial.imageCount)} where none is cached.`,
  )
}

function foundLines({ network, sources, filesBeside }: FoundNetwork): readonly string[] {
  const { title, bytes, input, layers, defaultLayers, contentHash, id } = network
  const order = input.layout === 'nchw' ? 'colours before rows and columns' : 'colours last'
  const scaled = (of: readonly number[]) =>
    of.map((one) => Number((one / 255).toFixed(4))).join(', ')
  const beside = filesBeside.length === 0 ? '' : ` with ${filesBeside.join(', ')}`
  const batch = input.batch === null ? 'any number of pictures' : `${input.batch} at a time`
  return [
    `Network ${title}${beside}: ${(bytes / 1e6).toFixed(1)} MB, SHA-256 ${contentHash.slice(0, 12)}, known as ${id}. Its licence is not known; what you may do with results is yours to know.`,
    `It takes ${input.sidePx} px (${sourceText[sources.sidePx]}), ${order} (${sourceText[sources.layout]}), ${batch}; mean ${scaled(input.mean)} (${sourceText[sources.mean]}), deviation ${scaled(input.deviation)} (${sourceText[sources.deviation]}).`,
    `Its layers: ${layers.map(({ name, dimension }) => `${name} ${count(dimension)}`).join(', ')}. Without --features: ${defaultLayers}.`,
    ...(Object.values(sources).includes('guess')
      ? [
          'Where a guess is wrong, say so: --network-side, --network-layout, --network-mean, --network-deviation.',
        ]
      : []),
  ]
}

const sourceText: Readonly<Record<Source, string>> = {
  file: 'says the file',
  beside: 'says preprocessor_config.json',
  answer: 'as you say',
  guess: 'a guess',
}
