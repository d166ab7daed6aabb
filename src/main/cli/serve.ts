import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { isIP } from 'node:net'
import { basename, dirname } from 'node:path'
import { createMatrix } from '../../core/math/matrix'
import { usualFalseAccept } from '../../shared/model/prediction'
import { AppError } from '../../shared/errors'
import { registeredNetworks } from '../features/ownNetworks/registeredNetworks'
import { makeTemporaryFolder } from '../leftovers'
import { contentOf, loadPrediction, type StoredPrediction } from '../runs/predictionFiles'
import { startHttpServer } from '../serving/httpServer'
import { servingLimits } from '../serving/limits'
import { type Catalogue, contentKey, createOperations } from '../serving/operations'
import { createPictureIntake } from '../serving/pictureIntake'
import { startWarmEmbedder } from '../serving/warmEmbedder'
import { blocksOf } from './embeddingBlocks'
import { checkModel, withEmbeddings } from './modelArgument'
import type { TakingNetwork } from './ownNetwork'
import { type ParsedCommand, UsageError } from './parse'
import { decide } from './predict'
import { existingFolder, importFolder, type ProgramFolders, type Session } from './session'

/** Names the environment variable that holds the token. */
const tokenVariable = 'SEMBLANCE_SERVE_TOKEN'
const shortestToken = 16

const mostFound = 10_000
/** A program that is told to end has ended by then; one that is interrupted has more time. */
const endMs = { terminated: 1200, interrupted: 30_000 } as const

export async function checkServeArguments(parsed: ParsedCommand, taking: TakingNetwork) {
  const model = await checkModel(parsed, taking)
  const stored = await loadPrediction(model.folder, model.embeddingSize).catch((error: unknown) => {
    // Embedding needs none; what is damaged is said at once.
    const isAbsent = error instanceof AppError && /carries nothing/.test(error.message)
    if (isAbsent) return error.message
    throw error
  })
  const k = parsed.numbers.get('k')
  if (k !== undefined && (typeof stored === 'string' || stored.kind === 'means')) {
    throw new UsageError('The model carries no images that could vote. Leave --k out.')
  }
  const given = parsed.texts.get('folder')
  const host = parsed.texts.get('host') ?? '127.0.0.1'
  if (isIP(host) === 0 && !/^[a-z0-9.-]{1,253}$/i.test(host)) {
    throw new UsageError(`--host ${host} is neither an address nor a name.`)
  }
  return {
    ...{ model, stored, k, host },
    token: tokenOf(process.env[tokenVariable]),
    port: parsed.numbers.get('port') ?? 0,
    folder: given === undefined ? null : await existingFolder(given),
    followsLinks: parsed.flags.has('follow-links'),
    falseAccept: parsed.numbers.get('false-accept') ?? usualFalseAccept,
    limits: {
      pictures: servingLimits.pictures,
      top: mostFound,
      requestsAtOnce: parsed.numbers.get('queue') ?? servingLimits.requests,
      bodyBytes: (parsed.numbers.get('body-limit') ?? servingLimits.bodyMiB) * 2 ** 20,
      bodyMs: (parsed.numbers.get('body-seconds') ?? servingLimits.bodySeconds) * 1000,
    },
  }
}

function tokenOf(given: string | undefined) {
  if (given === undefined || given === '') {
    return { value: randomBytes(32).toString('base64url'), isOurs: true }
  }
  if (given.length >= shortestToken && /^[\x21-\x7e]+$/.test(given)) {
    return { value: given, isOurs: false }
  }
  throw new UsageError(
    `${tokenVariable} must have at least ${shortestToken} letters, digits or signs, without spaces. Leave it out, and one is made.`,
  )
}

/**
 * Answers over HTTP until it is told to end.
 * @param print one line of JSON when it is ready
 * @returns null where it was ended before it was ready
 */
export async function runServe(
  session: Session,
  checked: Awaited<ReturnType<typeof checkServeArguments>>,
  {
    folders,
    terminated,
    print,
  }: {
    readonly folders: ProgramFolders
    readonly terminated: AbortSignal
    readonly print: (line: string) => void
  },
): Promise<{ readonly url: string } | null> {
  const { progress, signal } = session
  const { model, stored, host, token, limits } = checked
  const isOver = AbortSignal.any([signal, terminated])
  const prediction =
    typeof stored === 'string'
      ? stored
      : await decide(session, { stored, k: checked.k }).then(
          (decision) => decision && { stored, decision },
        )
  if (prediction === null) return null
  const catalogue = await catalogueOf(session, checked)
  if (catalogue === null || isOver.aborted) return null
  const folder = makeTemporaryFolder('serve')
  const intake = createPictureIntake({
    ...{ folder, workersFolder: folders.workersFolder },
    workers: Math.min(8, availableParallelism()),
  })
  try {
    const { embedder, backend } = await startWarmEmbedder({
      ...{ modelFolder: model.folder, backend: model.backend ?? 'auto' },
      workersFolder: folders.workersFolder,
      projectFolder: folders.projectFolder,
      networks: registeredNetworks(),
    })
    try {
      if (isOver.aborted) return null
      const operations = createOperations({
        ...{ embedder, intake, prediction, catalogue, falseAccept: checked.falseAccept },
        embeddingSize: model.embeddingSize,
        described: {
          program: `Semblance ${folders.version}`,
          model:
            basename(model.folder) === 'model'
              ? basename(dirname(model.folder))
              : basename(model.folder),
          embeddingSize: model.embeddingSize,
          backend: backend.description,
          labels: typeof stored === 'string' ? null : stored.labelNames,
          falseAccept: typeof stored === 'string' ? null : checked.falseAccept,
          searched: typeof catalogue === 'string' ? 0 : catalogue.images.length,
          limits: {
            picturesOfARequest: limits.pictures,
            bytesOfABody: limits.bodyBytes,
            requestsAtOnce: limits.requestsAtOnce,
            found: limits.top,
          },
        },
      })
      const onFault = (message: string) => progress.line(`A request failed: ${message}`)
      const server = await startHttpServer({
        ...{ host, port: checked.port, token: token.value, operations, limits, onFault },
      })
      if (!isLoopback(host)) {
        progress.line(
          `Warning: ${host} can be reached from other machines. Whoever knows the token may ask, and nothing is encrypted.`,
        )
      }
      progress.line(`Ready at ${server.url}. Ctrl+C ends it.`)
      print(JSON.stringify({ url: server.url, ...(token.isOurs ? { token: token.value } : {}) }))
      await whenAborted(isOver)
      await server.close(terminated.aborted ? endMs.terminated : endMs.interrupted)
      return { url: server.url }
    } finally {
      await embedder.close()
    }
  } finally {
    await intake.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\./.test(host)

/** The images that a search looks through, a reason where there are none; null where cancelled. */
async function catalogueOf(
  session: Session,
  {
    folder,
    model,
    stored,
    followsLinks,
  }: Pick<
    Awaited<ReturnType<typeof checkServeArguments>>,
    'folder' | 'model' | 'stored' | 'followsLinks'
  >,
): Promise<Catalogue | string | null> {
  if (folder === null) return typeof stored === 'string' ? nothingToSearch : carried(stored)
  const { dataset } = await importFolder(session, folder, [], followsLinks)
  if (session.signal.aborted) return null
  const known = new Map<string, string>()
  const { relativePaths, sha256 } = await session.services.store.images.trainingRows(dataset.id)
  relativePaths.forEach((path, i) => known.set(path, contentKey(contentOf(sha256[i]!))))
  return withEmbeddings(session, { datasetId: dataset.id, model }, async (rows) => {
    const unit = createMatrix(rows.count, rows.dimension)
    const images: string[] = []
    for await (const block of blocksOf(rows)) {
      unit.data.set(block.unit.data, images.length * rows.dimension)
      images.push(...block.images)
    }
    return { unit, images, contents: images.map((image) => known.get(image) ?? '') }
  })
}

const nothingToSearch =
  'The model carries no images to search. Start the server with --folder FOLDER.'

function carried({ kind, unit, paths, contents }: StoredPrediction): Catalogue | string {
  if (kind === 'means') return nothingToSearch
  const keys = paths.map((_, row) => contentKey(contents.subarray(row * 4, row * 4 + 4)))
  return { unit, images: paths, contents: keys }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
}
