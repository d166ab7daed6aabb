import { rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { createMatrix, type Matrix } from '../../core/math/matrix'
import { simdProduct } from '../../core/math/simdProduct'
import { SmallestK } from '../../core/math/smallestK'
import { suitabilitySteps } from '../../core/prediction/likeAndUnlike'
import { walk } from '../../core/steps'
import { AppError } from '../../shared/errors'
import type { DatasetId } from '../../shared/model/ids'
import { defused, exactNumber, writeCsv } from '../exporting/csv'
import { makeTemporaryFolder } from '../leftovers'
import { blocksOf } from './embeddingBlocks'
import { checkModel, checkOutFile, type ModelArgument, withEmbeddings } from './modelArgument'
import type { TakingNetwork } from './ownNetwork'
import type { ParsedCommand } from './parse'
import { checkPictures, gatherPictures } from './pictureFiles'
import { countOf, existingFolder, importFolder, prepareOut, type Session } from './session'

/** Images that are shown, unless told otherwise. */
const usualTop = 50

export async function checkSearchArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const folder = await existingFolder(parsed.positionals[0]!)
  const like = parsed.lists.get('like')!
  const unlike = parsed.lists.get('unlike') ?? []
  await checkPictures([...like, ...unlike])
  const model = await checkModel(parsed, taking)
  const out = parsed.texts.get('out')
  return {
    ...{ folder, like, unlike, model },
    top: parsed.numbers.get('top') ?? usualTop,
    out: out === undefined ? null : await checkOutFile(out, 'found.csv'),
    followsLinks: parsed.flags.has('follow-links'),
  }
}

export interface SearchOutcome {
  /** Best first; the score is from 0 to 1. */
  readonly found: readonly { readonly image: string; readonly score: number }[]
  /** Images that were looked at, and those left out because they are examples themselves. */
  readonly images: number
  readonly examples: number
  readonly out: string | null
}

/** Ranks a folder by how well it suits liked and disliked pictures; null where it was cancelled. */
export async function runSearch(
  session: Session,
  checked: Awaited<ReturnType<typeof checkSearchArguments>>,
): Promise<SearchOutcome | null> {
  const { signal, services } = session
  const { folder, model, out, followsLinks } = checked
  if (out !== null) await prepareOut(dirname(out))
  const examples = await embedExamples(session, checked)
  if (examples === null) return null
  const { dataset } = await importFolder(session, folder, [], followsLinks)
  if (signal.aborted) return null
  const contents = new Map<string, string>()
  const images = await services.store.images.trainingRows(dataset.id)
  images.relativePaths.forEach((path, i) => contents.set(path, images.sha256[i]!))
  const outcome = await withEmbeddings(session, { datasetId: dataset.id, model }, async (rows) => {
    const top = Math.min(checked.top, rows.count)
    const best = new SmallestK(top)
    best.clear()
    const names: string[] = []
    let left = 0
    for await (const { images: block, unit } of blocksOf(rows)) {
      const suits = await walk(
        suitabilitySteps(unit, examples.like, examples.unlike, simdProduct),
        { now: () => performance.now(), breathe: () => breathe() },
      )
      block.forEach((image, i) => {
        if (examples.contents.has(contents.get(image) ?? '')) left++
        else if (top > 0 && -suits[i]! < best.worst) best.add(-suits[i]!, names.length)
        names.push(image)
      })
      if (signal.aborted) return null
    }
    const found = [...best.key.keys()]
      .filter((at) => best.key[at]! < Infinity)
      .map((at) => ({ image: names[best.index[at]!]!, score: exactNumber(-best.key[at]!) }))
    return { found, images: names.length, examples: left, out }
  })
  if (outcome === null || outcome === undefined) return null
  if (out !== null) {
    await writeCsv(
      out,
      ['rank', 'image', 'score'],
      outcome.found.map(({ image, score }, i) => [i + 1, defused(image), score]),
    )
  }
  return outcome
}

interface Examples {
  readonly like: Matrix
  readonly unlike: Matrix
  /** SHA-256 of each. */
  readonly contents: ReadonlySet<string>
}

async function embedExamples(
  session: Session,
  {
    like,
    unlike,
    model,
  }: { like: readonly string[]; unlike: readonly string[]; model: ModelArgument },
): Promise<Examples | null> {
  const folder = makeTemporaryFolder('embed')
  try {
    const names = await gatherPictures([...like, ...unlike], folder)
    const { dataset } = await importFolder(session, folder, [], false)
    if (session.signal.aborted) return null
    return await withEmbeddings(session, { datasetId: dataset.id, model }, async (rows) => {
      const found = new Map<string, Float32Array>()
      for await (const { images, unit } of blocksOf(rows)) {
        images.forEach((image, i) =>
          found.set(image, unit.data.slice(i * unit.columns, (i + 1) * unit.columns)),
        )
      }
      const units = [...names].map(([own, name]) => {
        const one = found.get(own)
        if (one !== undefined) return one
        throw new AppError(
          'invalidInput',
          `${name} is no picture that can be read, so nothing is like it or unlike it. Name another.`,
          { name: basename(name) },
        )
      })
      const matrixOf = (rowsOf: readonly Float32Array[]) => {
        const matrix = createMatrix(rowsOf.length, rows.dimension)
        rowsOf.forEach((row, i) => matrix.data.set(row, i * rows.dimension))
        return matrix
      }
      return {
        like: matrixOf(units.slice(0, like.length)),
        unlike: matrixOf(units.slice(like.length)),
        contents: await contentsOf(session, dataset.id),
      }
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function contentsOf({ services }: Session, datasetId: DatasetId): Promise<Set<string>> {
  return new Set((await services.store.images.trainingRows(datasetId)).sha256)
}

/** What was found, for a person. */
export function searchResultText({ found, images, examples, out }: SearchOutcome): string {
  const left =
    examples > 0 ? `; ${countOf(examples, 'image')} left out that are examples themselves` : ''
  return [
    ...found.map(
      ({ image, score }, i) => `${String(i + 1).padStart(5)}  ${score.toFixed(4)}  ${image}`,
    ),
    `${countOf(found.length, 'image')} of ${images}, best first${left}.${out === null ? '' : ` In ${out}`}`,
  ].join('\n')
}
