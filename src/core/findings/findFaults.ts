import type { Finding, FindingKind, FindingLimits, FindingLists } from '../../shared/model/findings'
import { partOf, type Steps } from '../steps'
import { copyFindings, type CopyGroups, findCopies } from './copyFindings'
import type { FaultInput, FaultOptions } from './faultInput'
import { labelFindings } from './labelFindings'
import { Lists } from './lists'
import { nearestOthers, type NearestOthers } from './nearest'
import { outOfFoldNeighbours, unitRows } from './outOfFold'
import { findOutliers } from './outliers'
import { pictureFindings } from './pictureFindings'
import { mislabelFindings, overlapFindings } from './voteFindings'
import { votesOf } from './votes'

/** Kinds that ask the frozen features. */
export const kindsOfFeatures: ReadonlySet<FindingKind> = new Set([
  'mislabel',
  'samePicture',
  'similar',
  'leak',
  'outlier',
  'overlap',
])
/** Kinds that ask the pixels of thumbnails. */
export const kindsOfPixels: ReadonlySet<FindingKind> = new Set([
  'mislabel',
  'samePicture',
  'similar',
  'leak',
  'overlap',
  'dark',
  'light',
  'blurred',
  'blank',
])
const kindsOfCopies = [
  'identical',
  'samePicture',
  'similar',
  'leak',
  'mislabel',
  'overlap',
] as const

/** Looks through a set for all that was asked for. */
export function* findFaults(input: FaultInput, options: FaultOptions): Steps<FindingLists> {
  const { kinds, limits } = options
  const lists = new Lists(kinds, input.paths)
  const has = (...some: readonly FindingKind[]) => some.some((kind) => kinds.has(kind))
  pictureFindings(input, limits, lists)
  const readable = readableOf(input)
  const contents = firstOfContents(input.sha256, readable)
  if (input.features !== null && has(...kindsOfCopies, 'outlier')) {
    const unit = yield* partOf(unitRows(input.features.source, contents), 0, 0.05)
    const { k } = limits
    const queries = Uint32Array.from(contents.keys())
    const search = nearestOthers(unit, queries, {
      ...{ k, product: options.product, random: options.random.fork('nearest') },
    })
    const nearest = yield* partOf(search, 0.05, 0.3)
    if (has(...kindsOfCopies)) {
      const finding = findCopies(input, { ...options, contents, unit, nearest })
      const copies = yield* partOf(finding, 0.3, 0.45)
      copyFindings(input, copies, lists)
      if (has('mislabel', 'overlap')) yield* findByVotes(input, { ...options, copies }, lists)
    }
    if (has('outlier')) outliersOf(contents, nearest, limits, lists)
  } else if (has('identical')) {
    copyFindings(input, null, lists)
  }
  labelFindings(input, limits, lists)
  return lists.result()
}

/** Images with features; all where none were asked for. */
const readableOf = ({ features, paths }: FaultInput): Uint32Array =>
  Uint32Array.from(paths.keys()).filter((image) => features?.isReadable[image] !== 0)

/** One image of each content. */
function firstOfContents(sha256: readonly string[], readable: Uint32Array): Uint32Array {
  const seen = new Set<string>()
  return readable.filter((image) => {
    if (seen.has(sha256[image]!)) return false
    seen.add(sha256[image]!)
    return true
  })
}

function* findByVotes(
  input: FaultInput,
  { limits, product, random, copies }: FaultOptions & { readonly copies: CopyGroups },
  lists: Lists,
): Steps<void> {
  const rows = readableOf(input).filter((image) => input.labels[image]! >= 0)
  const given = Int32Array.from(rows, (image) => input.labels[image]!)
  const used = new Set(given)
  if (used.size < 2) {
    for (const kind of ['mislabel', 'overlap'] as const) {
      lists.gap(kind, used.size === 0 ? 'noLabels' : 'oneLabel')
    }
    return
  }
  const nearest = yield* partOf(
    outOfFoldNeighbours({
      ...{ source: input.features!.source, rows, labels: given, k: limits.k, product },
      groups: Uint32Array.from(rows, (image) => copies.pictureOf[image]!),
      random: random.fork('votes'),
    }),
    0.45,
    0.95,
  )
  const votes = votesOf(nearest, given, 'equal')
  const voted = { rows, given, nearest, votes, labelCount: input.labelNames.length }
  mislabelFindings(voted, input.paths.length, lists)
  overlapFindings(voted, limits.overlap, lists)
  yield 0.97
}

function outliersOf(
  contents: Uint32Array,
  nearest: NearestOthers,
  limits: FindingLimits,
  lists: Lists,
): void {
  if (contents.length < 3) {
    lists.gap('outlier', 'fewImages')
    return
  }
  const { distances, scores, limit } = findOutliers(nearest, limits.outlier)
  lists.keepScores('outlier', scores)
  const rows = [...contents.keys()]
    .filter((at) => distances[at]! > limit)
    .map((at): Finding => {
      const distance = distances[at]!
      return {
        ...{ kind: 'outlier', image: contents[at]!, suggestion: null, score: scores[at]! },
        ...{ group: null, evidence: { kind: 'outlier', distance, limit } },
      }
    })
  lists.put('outlier', rows, false)
}
