import { join, resolve } from 'node:path'
import {
  type FindingGap,
  type FindingKind,
  findingKinds,
  type FindingLimits,
  usualLimits,
} from '../../shared/model/findings'
import { defused, roundedTo, writeCsv } from '../exporting/csv'
import type { FoundInDataset } from '../training/trainingService'
import { evidenceText } from './evidenceText'
import { limitOptions } from './findOptions'
import { onNetwork, takeNetwork, type TakingNetwork, tryOnSet } from './ownNetwork'
import { type ParsedCommand, UsageError } from './parse'
import { requestOf } from './request'
import { writeImportReport } from './results'
import { count, countOf, existingFolder, importFolder, type Session } from './session'

const findingsName = 'findings.csv'
const header = ['kind', 'image', 'label', 'suggestion', 'score', 'group', 'evidence']

export async function checkFindArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const folder = await existingFolder(parsed.positionals[0]!)
  const kinds = kindsOf(parsed.texts.get('kinds'))
  const network = await takeNetwork(parsed, null, taking)
  const request = onNetwork(requestOf(parsed), network)
  return {
    ...{ folder, kinds, network, request, limits: limitsOf(parsed) },
    out: resolve(parsed.texts.get('out')!),
    followsLinks: parsed.flags.has('follow-links'),
  }
}

function kindsOf(given: string | undefined): readonly FindingKind[] {
  if (given === undefined) return findingKinds
  const names = given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const wanted = names.map((name) => {
    const found = findingKinds.find((kind) => kind.toLowerCase() === name.toLowerCase())
    if (found !== undefined) return found
    throw new UsageError(
      `--kinds cannot be "${name}". Give some of these with commas between: ${findingKinds.join(', ')}.`,
    )
  })
  if (wanted.length === 0) {
    throw new UsageError(`--kinds needs at least one name: --kinds ${findingKinds[0]}.`)
  }
  return findingKinds.filter((kind) => wanted.includes(kind))
}

function limitsOf({ numbers }: ParsedCommand): FindingLimits {
  const given = limitOptions.flatMap(({ limit, option }) => {
    const value = numbers.get(option.name)
    return value === undefined ? [] : [[limit, value] as const]
  })
  return { ...usualLimits, ...Object.fromEntries(given) }
}

export interface FindOutcome {
  readonly images: number
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>
  /** Lists that could not be made, and why. */
  readonly gaps: readonly { readonly kind: FindingKind; readonly gap: FindingGap }[]
  /** Pictures that were imported and could not be read again. */
  readonly unreadable: readonly { readonly image: string; readonly reason: string }[]
  readonly out: string
}

/** Imports a folder, looks through it and writes `findings.csv`; null where it was cancelled. */
export async function runFind(
  session: Session,
  {
    folder,
    out,
    kinds,
    limits,
    request,
    network,
    followsLinks,
  }: Awaited<ReturnType<typeof checkFindArguments>>,
): Promise<FindOutcome | null> {
  const { services, progress, signal } = session
  const { dataset, report } = await importFolder(session, folder, [out], followsLinks)
  if (signal.aborted) return null
  await writeImportReport(out, report)
  if (network !== null) await tryOnSet(session, dataset.id, network)
  const { extractor, features, backend } = request
  const found = await services.training.find({
    ...{ datasetId: dataset.id, kinds, limits, signal },
    request: { extractor, features, backend },
    onProgress(stage, done, total) {
      const detail =
        stage === 'looking'
          ? `${Math.floor((100 * done) / Math.max(1, total))} %`
          : `${count(done)} of ${count(total)}`
      progress.update(headings[stage], detail)
    },
  })
  progress.clear()
  if (found === null || signal.aborted) return null
  const { rows, lists, unreadable } = found
  const file = join(out, findingsName)
  await writeCsv(file, header, rowsOf(found))
  const pathOf = new Map(Array.from(rows.images.ids, (id, at) => [id, rows.table.paths[at]!]))
  return {
    images: rows.images.ids.length,
    ...{ counts: lists.counts, gaps: lists.gaps, out: file },
    unreadable: unreadable.map(({ id, reason }) => ({ image: pathOf.get(id)!, reason })),
  }
}

const headings = {
  measuring: 'Measuring pictures',
  features: 'Reading images',
  looking: 'Looking through the set',
}

const rounded = roundedTo(6)

function* rowsOf({ rows, lists }: FoundInDataset) {
  const { paths, labels, labelNames } = rows.table
  for (const finding of lists.findings) {
    const { kind, image, suggestion, score, group } = finding
    const label = labels[image]!
    yield [
      ...[kind, defused(paths[image]!), label < 0 ? '' : defused(labelNames[label]!)],
      typeof suggestion === 'number' ? defused(labelNames[suggestion]!) : (suggestion ?? ''),
      ...[rounded(score), group ?? '', defused(evidenceText(finding.evidence, rows.table))],
    ]
  }
}

const gapTexts: Readonly<Record<FindingGap, string>> = {
  noLabels: 'no image has a label',
  oneLabel: 'there is one label only',
  noSplit:
    'the images have no split; folders train and test (and validation) at the top are taken as one',
  fewImages: 'there are too few images',
}

/** What was found, for a person. */
export function findText({ images, counts, gaps, unreadable, out }: FindOutcome): string {
  const found = Object.entries(counts).map(([kind, rows]) => `${count(rows).padStart(9)}  ${kind}`)
  const first = unreadable.slice(0, 5)
  return [
    ...found,
    ...gaps.map(({ kind, gap }) => `No list of ${kind}: ${gapTexts[gap]}.`),
    ...first.map(({ image, reason }) => `Not read: ${image} (${reason}).`),
    ...(unreadable.length > first.length
      ? [`${countOf(unreadable.length - first.length, 'more image')} could not be read.`]
      : []),
    `${countOf(images, 'image')} looked through; the lists are in ${out}`,
  ].join('\n')
}
