import type { Finding } from '../../shared/model/findings'
import type { Matrix } from '../math/matrix'
import { partOf, type Steps } from '../steps'
import {
  byWorth,
  candidatePairs,
  type ContentSet,
  groupsOfPairs,
  samePictures,
  similarPairs,
  type TiedPair,
} from './copies'
import type { FaultInput, FaultOptions } from './faultInput'
import type { Lists } from './lists'
import type { NearestOthers } from './nearest'

/** Which images show the same picture, and which a similar one. */
export interface CopyGroups {
  /** The same number for images of one picture. */
  readonly pictureOf: Uint32Array
  readonly similarOf: Uint32Array
  /** What ties them, by image. */
  readonly sameTies: readonly TiedPair[]
  readonly similarTies: readonly TiedPair[]
}

const hashDigits = 16
const colorNumbers = 48

/** Finds copies among the contents of a set. */
export function* findCopies(
  input: FaultInput,
  options: FaultOptions & {
    /** An image of each content. */
    readonly contents: Uint32Array
    readonly unit: Matrix
    readonly nearest: NearestOthers
  },
): Steps<CopyGroups> {
  const { contents, unit, nearest, limits } = options
  const set: ContentSet = {
    ...looksOf(input.looks, contents),
    ...{ unit, nearest },
    labels: Int32Array.from(contents, (image) => input.labels[image]!),
  }
  const candidates = yield* partOf(candidatePairs(set, options.random.fork('pairs')), 0, 0.3)
  const involved = [...new Set(candidates.flatMap(({ first, second }) => [first, second]))]
  const images = Uint32Array.from(involved, (content) => contents[content]!).sort()
  const signatureOf = yield* partOf(input.readSignatures(images), 0.3, 0.5)
  const signatureAt = (content: number) => signatureOf(contents[content]!)
  const same = yield* partOf(samePictures(candidates, signatureAt, limits.unexplained), 0.5, 1)
  const pictures = groupsOfPairs(contents.length, same)
  const similar = similarPairs(set, pictures, limits.similar).pairs
  const alike = groupsOfPairs(contents.length, [...same, ...similar])
  const ofImages = (groups: Uint32Array) => spreadOver(input.sha256, contents, groups)
  const byImage = (pairs: readonly TiedPair[]) =>
    pairs.map((pair) => ({
      ...pair,
      first: contents[pair.first]!,
      second: contents[pair.second]!,
    }))
  return {
    pictureOf: ofImages(pictures),
    similarOf: ofImages(alike),
    sameTies: byImage(same),
    similarTies: byImage(similar),
  }
}

function looksOf(
  looks: readonly string[],
  contents: Uint32Array,
): Pick<ContentSet, 'high' | 'low' | 'hasHash' | 'colors'> {
  const own = Array.from(contents, (image) => looks[image]!)
  const word = (look: string, from: number) =>
    Number.parseInt(look.slice(from, from + 8) || '0', 16)
  const colors = new Uint8Array(own.length * colorNumbers)
  own.forEach((look, at) => {
    for (let i = 0; i < colorNumbers; i++) {
      const from = hashDigits + 2 * i
      colors[at * colorNumbers + i] = Number.parseInt(look.slice(from, from + 2) || '0', 16)
    }
  })
  return {
    high: Uint32Array.from(own, (look) => word(look, 0)),
    low: Uint32Array.from(own, (look) => word(look, 8)),
    hasHash: Uint8Array.from(own, (look) => Number(look.length >= hashDigits)),
    colors,
  }
}

/** Groups of contents as those of images; one that is of no content listed is alone. */
function spreadOver(
  sha256: readonly string[],
  contents: Uint32Array,
  groups: Uint32Array,
): Uint32Array {
  const groupOf = new Map<string, number>()
  contents.forEach((image, content) => groupOf.set(sha256[image]!, contents[groups[content]!]!))
  return Uint32Array.from(sha256, (key, image) => groupOf.get(key) ?? image)
}

/** Lists of identical files, same pictures, similar ones and leaks. */
export function copyFindings(input: FaultInput, copies: CopyGroups | null, lists: Lists): void {
  const { sha256, sides } = input
  const contentOf = numbersOf(sha256)
  lists.put('identical', identicalRows(input, contentOf), true)
  if (sides.every((side) => side < 0)) lists.gap('leak', 'noSplit')
  if (copies === null) return
  const { pictureOf, similarOf, sameTies, similarTies } = copies
  lists.put('samePicture', tiedRows(input, 'samePicture', pictureOf, contentOf, sameTies), false)
  const similar = tiedRows(input, 'similar', similarOf, pictureOf, [...sameTies, ...similarTies])
  lists.put('similar', similar, false)
  lists.put('leak', leakRows(input, pictureOf), true)
}

function numbersOf(texts: readonly string[]): Uint32Array {
  const numbers = new Map<string, number>()
  return Uint32Array.from(texts, (text, image) => {
    const number = numbers.get(text) ?? image
    numbers.set(text, number)
    return number
  })
}

/** Groups with several members, each sorted by how much its members are worth. */
function groupsOf(input: FaultInput, groups: Uint32Array): readonly (readonly number[])[] {
  const members = new Map<number, number[]>()
  groups.forEach((group, image) => {
    const known = members.get(group)
    if (known === undefined) members.set(group, [image])
    else known.push(image)
  })
  const qualityOf = (image: number) => ({
    widthPx: input.widthPx[image]!,
    heightPx: input.heightPx[image]!,
    bytes: input.bytes[image]!,
    modifiedAt: input.modifiedAt[image]!,
    path: input.paths[image]!,
  })
  return [...members.values()]
    .filter((own) => own.length > 1)
    .map((own) => own.sort((a, b) => byWorth(qualityOf(a), qualityOf(b))))
}

function identicalRows(input: FaultInput, contentOf: Uint32Array): Finding[] {
  return groupsOf(input, contentOf).flatMap((members, at) =>
    members.map((image): Finding => {
      const [keep] = members
      return {
        ...{ kind: 'identical', image, score: members.length, group: at + 1 },
        suggestion: suggestionFor(input.labels, image, keep!),
        evidence: { kind: 'identical', copies: members.length, keep: keep! },
      }
    }),
  )
}

/** Rows of groups that hold more than one of what is told apart already. */
function tiedRows(
  input: FaultInput,
  kind: 'samePicture' | 'similar',
  groups: Uint32Array,
  apart: Uint32Array,
  ties: readonly TiedPair[],
): Finding[] {
  const nearest = nearestTies(ties)
  return groupsOf(input, groups)
    .filter((members) => new Set(members.map((image) => apart[image])).size > 1)
    .flatMap((members, at) =>
      members.map((image): Finding => {
        const keep = members[0]!
        const tie = nearest.get(image)
        // A copy of a tied file is tied by it.
        const { other, distance, unexplained } = tie ?? {
          ...{ other: members.find((one) => one !== image)!, distance: 0, unexplained: 0 },
        }
        return {
          ...{ kind, image, suggestion: suggestionFor(input.labels, image, keep), group: at + 1 },
          score: kind === 'samePicture' ? (unexplained ?? 0) : distance,
          evidence: { kind, keep, nearest: other, distance, unexplained },
        }
      }),
    )
}

/** Under another label an image is more than a copy: what to do with it is for a person to say. */
const suggestionFor = (labels: Int32Array, image: number, keep: number): Finding['suggestion'] =>
  image === keep ? 'keep' : labels[image] === labels[keep] ? 'exclude' : null

interface NearestTie {
  readonly other: number
  readonly distance: number
  readonly unexplained: number | null
}

function nearestTies(ties: readonly TiedPair[]): ReadonlyMap<number, NearestTie> {
  const nearest = new Map<number, NearestTie>()
  const offer = (image: number, other: number, { distance, unexplained }: TiedPair) => {
    const known = nearest.get(image)
    if (known === undefined || distance < known.distance) {
      nearest.set(image, { other, distance, unexplained })
    }
  }
  for (const tie of ties) {
    offer(tie.first, tie.second, tie)
    offer(tie.second, tie.first, tie)
  }
  return nearest
}

/** Pictures that stand on several sides of the split. */
function leakRows(input: FaultInput, pictureOf: Uint32Array): Finding[] {
  const { sides, sideNames } = input
  return groupsOf(input, pictureOf)
    .map((members) => members.filter((image) => sides[image]! >= 0))
    .filter((members) => new Set(members.map((image) => sides[image])).size > 1)
    .flatMap((members, at) =>
      members.map((image): Finding => {
        const side = sides[image]!
        const others = [...new Set(members.map((one) => sides[one]!))].filter((one) => one !== side)
        return {
          ...{ kind: 'leak', image, suggestion: null, score: members.length, group: at + 1 },
          evidence: {
            kind: 'leak',
            side: sideNames[side]!,
            otherSides: others.sort((a, b) => a - b).map((one) => sideNames[one]!),
          },
        }
      }),
    )
}
