import { setImmediate as breathe } from 'node:timers/promises'
import { createMatrix, type Matrix } from '../../core/math/matrix'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import { simdProduct } from '../../core/math/simdProduct'
import { SmallestK } from '../../core/math/smallestK'
import { suitabilitySteps } from '../../core/prediction/likeAndUnlike'
import type { Decision } from '../../core/prediction/measurePrediction'
import { thresholdFor } from '../../core/prediction/openSet'
import { walk } from '../../core/steps'
import { exactNumber } from '../exporting/csv'
import { Answerer } from '../runs/answerPictures'
import { contentOf, type StoredPrediction } from '../runs/predictionFiles'
import { HttpError } from './httpError'
import { isFault, type PictureFault, type PictureIntake, type SentPicture } from './pictureIntake'
import type { ExamplesAsked, PicturesAsked } from './requestBody'
import type { ReadPicture } from './servingMessages'
import type { WarmEmbedder } from './warmEmbedder'

/** Images that a search looks through. */
export interface Catalogue {
  /** [n, d] L2-normalised */
  readonly unit: Matrix
  readonly images: readonly string[]
  /** What each shows, as `contentKey` says it. */
  readonly contents: readonly string[]
}

export interface Operations {
  info(): object
  embed(asked: PicturesAsked): Promise<object>
  predict(asked: PicturesAsked): Promise<object>
  search(asked: ExamplesAsked): Promise<object>
}

export const contentKey = (content: Iterable<number>): string => [...content].join()

const usualTop = 50

/** What a server answers, on a model that is open. */
export function createOperations(site: {
  readonly embedder: WarmEmbedder
  readonly intake: PictureIntake
  readonly embeddingSize: number
  /** Null where the model carries nothing to predict with, and why. */
  readonly prediction: { readonly stored: StoredPrediction; readonly decision: Decision } | string
  readonly falseAccept: number
  /** Null where there are no images to search, and why. */
  readonly catalogue: Catalogue | string
  readonly described: object
}): Operations {
  const { embedder, intake, embeddingSize, prediction, catalogue } = site
  const answerer =
    typeof prediction === 'string' ? null : new Answerer(prediction.stored, prediction.decision)

  /** Embeddings of what can be read, in the order of what was sent; a fault where it cannot be. */
  const embedAll = (sent: readonly SentPicture[]) =>
    intake.withPictures(sent, async (read) => {
      const pictures = read.filter((one): one is ReadPicture => !isFault(one))
      const { data, isReadable } =
        pictures.length === 0
          ? { data: new Float32Array(0), isReadable: new Uint8Array(0) }
          : await embedder.embed(pictures)
      let at = 0
      return read.map((one): Found | PictureFault => {
        if (isFault(one)) return one
        const i = at++
        return isReadable[i] === 0
          ? { reason: 'unreadable', message: 'The picture could not be read.' }
          : {
              row: data.slice(i * embeddingSize, (i + 1) * embeddingSize),
              content: contentKey(contentOf(one.sha256)),
            }
      })
    })

  const embedAsked = async ({ pictures, isBare }: PicturesAsked) => {
    const found = await embedAll(pictures)
    const [first] = found
    if (isBare && first !== undefined && isFault(first)) throw unreadablePicture(first)
    return found.map((one, i) => ({ name: pictures[i]!.name, one }))
  }

  const unitOf = (rows: readonly Float32Array[]): Matrix => {
    const matrix = createMatrix(rows.length, embeddingSize)
    rows.forEach((row, i) => matrix.data.set(row, i * embeddingSize))
    normalizeInPlace(matrix)
    return matrix
  }

  return {
    info: () => site.described,

    async embed(asked) {
      const found = await embedAsked(asked)
      return {
        embeddingSize,
        results: found.map(({ name, one }) =>
          isFault(one)
            ? { name, error: errorOf(one) }
            : { name, embedding: Array.from(one.row, exactNumber) },
        ),
      }
    },

    async predict(asked) {
      if (answerer === null || typeof prediction === 'string') {
        throw new HttpError(409, 'cannotPredict', prediction as string)
      }
      const falseAccept = asked.falseAccept ?? site.falseAccept
      const threshold = thresholdFor(prediction.decision.scores, falseAccept)
      const found = await embedAsked(asked)
      const rows = found.flatMap(({ one }) => (isFault(one) ? [] : [one.row]))
      const answers = (await answerer.answer(unitOf(rows), threshold)).values()
      return {
        falseAccept,
        threshold,
        results: found.map(({ name, one }) => {
          if (isFault(one)) return { name, error: errorOf(one) }
          const { label, confidence, strangeness, isKnown, neighbours } = answers.next().value!
          return {
            ...{ name, label, confidence: exactNumber(confidence) },
            ...{ distance: exactNumber(strangeness), known: isKnown },
            neighbours: neighbours.map((near) => ({
              ...near,
              distance: exactNumber(near.distance),
            })),
          }
        }),
      }
    },

    async search({ like, unlike, top: askedTop = usualTop }) {
      if (typeof catalogue === 'string') {
        throw new HttpError(409, 'nothingToSearch', catalogue)
      }
      const sent = [...like, ...unlike]
      const examples = (await embedAll(sent)).map((one, i) => {
        if (!isFault(one)) return one
        throw unreadablePicture(one, sent[i]!.name)
      })
      const units = (part: readonly Found[]) => unitOf(part.map(({ row }) => row))
      const steps = suitabilitySteps(
        catalogue.unit,
        units(examples.slice(0, like.length)),
        units(examples.slice(like.length)),
        simdProduct,
      )
      const suits = await walk(steps, { now: () => performance.now(), breathe: () => breathe() })
      const own = new Set(examples.map(({ content }) => content))
      const best = new SmallestK(Math.min(askedTop, suits.length))
      best.clear()
      let left = 0
      suits.forEach((score, row) => {
        if (own.has(catalogue.contents[row]!)) left++
        else if (-score < best.worst) best.add(-score, row)
      })
      const places = [...best.key.keys()].filter((at) => best.key[at]! < Infinity)
      return {
        images: suits.length,
        examples: left,
        found: places.map((at) => ({
          image: catalogue.images[best.index[at]!]!,
          score: exactNumber(-best.key[at]!),
        })),
      }
    },
  }
}

interface Found {
  /** [embeddingSize] */
  readonly row: Float32Array
  readonly content: string
}

const errorOf = ({ reason, message }: PictureFault) => ({ code: reason, message })

const unreadablePicture = ({ reason, message }: PictureFault, name?: string): HttpError =>
  new HttpError(422, reason, name === undefined ? message : `${name}: ${message}`)
