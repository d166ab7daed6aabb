import { crc32 } from 'node:zlib'
import { createComponents } from '../../core/findings/components'
import { nearPairSteps } from '../../core/findings/nearHashes'
import { createRandom } from '../../core/math/random'

/** A hash that more contents than this share says nothing of them (blank pictures, one colour). */
const greatestGroup = 12
const hashLength = 16
/** Mean difference of the colours of two copies of a picture, of 255; strong compression gives 10. */
const mostDifference = 10
/** Pairs under different labels that show how much pictures of the set differ. */
const sampledPairs = 4_000
const lowShare = 0.01

export interface PictureLooks {
  readonly sha256: readonly string[]
  /** `perceptualHash` with `colorGrid` behind it; earlier versions kept the hash alone. */
  readonly looks: readonly string[]
  /** Class of each image; negative where it has none. */
  readonly labels: ArrayLike<number>
}

/**
 * What each image shows: the same text for images with the same content, and for those that look
 * the same: hashes that differ in at most four bits, and colours that differ no more than copies
 * do, by far less than pictures under different labels of this set. So scaled or encoded copies go
 * together, and pictures of one scene that differ in what they are about do not.
 */
export async function contentsOf(input: PictureLooks): Promise<readonly string[]> {
  const signature = signatureOf(input)
  const before = known.get(signature)
  known.delete(signature)
  const contents = before ?? find(input)
  known.set(signature, contents)
  for (const oldest of known.keys()) {
    if (known.size <= mostKnown) break
    known.delete(oldest)
  }
  return contents
}

/** Of the sets that were asked for last: every plan of a training asks again. */
const known = new Map<string, Promise<readonly string[]>>()
const mostKnown = 3

function signatureOf({ sha256, looks, labels }: PictureLooks): string {
  const sum = (texts: readonly string[]) => crc32(texts.join(','))
  return [sha256.length, sum(sha256), sum(looks), crc32(Int32Array.from(labels))].join(' ')
}

/** Lets others have their turn: long lists take a while. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function find(input: PictureLooks): Promise<readonly string[]> {
  const { sha256 } = input
  const rowOf = new Map<string, number>()
  sha256.forEach((key, row) => {
    if (!rowOf.has(key)) rowOf.set(key, row)
  })
  // In the order of contents, so that that of the files does not matter.
  const keys = [...rowOf.keys()].sort()
  await pause()
  const looks = keys.map((key) => input.looks[rowOf.get(key)!]!)
  const limit = differenceLimit(input)
  await pause()
  const groups = await groupsOf(looks, limit)
  await pause()
  const names = namesOf(keys, looks, groups)
  const places = new Map(keys.map((key, at) => [key, at]))
  return sha256.map((key) => names[groups[places.get(key)!]!]!)
}

/** For each content the first one that it goes with. */
async function groupsOf(looks: readonly string[], limit: number): Promise<Uint32Array> {
  const components = createComponents(looks.length)
  const { rootOf, tie } = components
  const byHash = new Map<string, number[]>()
  looks.forEach((look, at) => {
    const hash = look.slice(0, hashLength)
    const same = byHash.get(hash)
    if (same === undefined) byHash.set(hash, [at])
    else same.push(at)
  })
  await pause()
  const telling = [...byHash].filter(([hash, same]) => hash !== '' && same.length <= greatestGroup)
  for (const [, same] of telling) {
    for (const [i, a] of same.entries()) {
      for (const b of same.slice(i + 1)) if (isNear(looks[a]!, looks[b]!, limit, true)) tie(a, b)
    }
  }
  await pause()
  const high = Uint32Array.from(telling, ([hash]) => Number.parseInt(hash.slice(0, 8), 16))
  const low = Uint32Array.from(telling, ([hash]) => Number.parseInt(hash.slice(8), 16))
  const tieNear = (one: number, other: number): void => {
    for (const a of telling[one]![1]) {
      for (const b of telling[other]![1]) {
        if (rootOf(a) !== rootOf(b) && isNear(looks[a]!, looks[b]!, limit, false)) tie(a, b)
      }
    }
  }
  for (const _ of nearPairSteps(high, low, tieNear)) await pause()
  return components.roots()
}

/** Where a version kept no colours, the hash alone decides, as it did then. */
function isNear(one: string, other: string, limit: number, isSameHash: boolean): boolean {
  const hasColors = one.length > hashLength && other.length === one.length
  return hasColors ? differenceOf(one, other) <= limit : isSameHash
}

/** Mean difference of the colours behind the hashes. */
function differenceOf(one: string, other: string): number {
  const a = Buffer.from(one.slice(hashLength), 'hex')
  const b = Buffer.from(other.slice(hashLength), 'hex')
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += Math.abs(a[at]! - b[at]!)
  return sum / Math.max(1, a.length)
}

/**
 * Half of what nearly all pairs under different labels differ by: pictures from one camera at one
 * place differ less from each other than copies of a photograph may.
 */
function differenceLimit({ looks, labels }: PictureLooks): number {
  const random = createRandom(1)
  const rows = looks.flatMap((look, row) =>
    labels[row]! >= 0 && look.length > hashLength ? [row] : [],
  )
  const differences: number[] = []
  for (let pair = 0; pair < sampledPairs && rows.length > 1; pair += 1) {
    const a = rows[random.integer(rows.length)]!
    const b = rows[random.integer(rows.length)]!
    if (labels[a] !== labels[b]) differences.push(differenceOf(looks[a]!, looks[b]!))
  }
  if (differences.length < 100) return mostDifference
  differences.sort((a, b) => a - b)
  return Math.min(mostDifference, differences[Math.floor(lowShare * differences.length)]! / 2)
}

/**
 * The text of each group, by its first content: the least hash of its images or, where another
 * group has that already, the least content.
 */
function namesOf(
  keys: readonly string[],
  looks: readonly string[],
  groups: Uint32Array,
): Readonly<Record<number, string>> {
  const shared = new Map<string, number>()
  for (const look of looks) {
    const hash = look.slice(0, hashLength)
    shared.set(hash, (shared.get(hash) ?? 0) + 1)
  }
  const names: Record<number, string> = {}
  groups.forEach((group, at) => {
    const hash = looks[at]!.slice(0, hashLength)
    const isTelling = hash !== '' && shared.get(hash)! <= greatestGroup
    const name = isTelling ? hash : keys[at]!
    if (names[group] === undefined || name < names[group]) names[group] = name
  })
  const taken = new Set<string>()
  for (const group of new Set(groups)) {
    if (taken.has(names[group]!)) names[group] = keys[group]!
    taken.add(names[group]!)
  }
  return names
}
