import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as v from 'valibot'
import { AppError, bilingualError, serializeError } from '../../../shared/errors'
import type { DatasetId } from '../../../shared/model/ids'
import {
  type FoundNetwork,
  type NetworkAnswers,
  ownNetwork,
  type PlacedNetwork,
} from '../../../shared/model/ownNetwork'
import type { Store } from '../../db/store'
import { forgetExtractor } from '../extractors'
import { atomicWrite, partialName } from '../../files/atomicWrite'
import { finiteJson } from '../../files/finite'
import { readBounded } from '../../files/regularFile'
import { replaceFolder } from '../../files/replaceFolder'
import type { Turn } from '../../jobs/turn'
import { filesOfImages } from '../../training/sentJob'
import { readTrainingImages } from '../../training/trainingImages'
import type { Workspace } from '../../workspace'
import { findDataFiles } from './dataFiles'
import { inspectNetwork } from './inspectNetwork'
import { readOnnxHeader } from './onnxHeader'
import { startOwnRuntime, type OwnRuntimePlace } from './ownRuntime'
import { hashOfNetwork } from './placeNetwork'
import { registerNetworks } from './registeredNetworks'
import { type NetworkTrial, tryNetwork } from './tryNetwork'

export interface OwnNetworkService {
  /** What `inspectNetwork` finds in a file. */
  inspect(file: string, answers: NetworkAnswers): Promise<FoundNetwork>
  /** Runs a network on three pictures of a dataset. @throws what `tryNetwork` throws */
  tryOn(input: {
    readonly datasetId: DatasetId
    readonly placed: PlacedNetwork
  }): Promise<NetworkTrial & { readonly imageCount: number }>
  /** Copies a network into the program's own folder and puts it among those to choose from. */
  add(placed: PlacedNetwork): Promise<PlacedNetwork>
  /** @throws AppError busy while something trains */
  remove(input: { readonly id: string }): Promise<true>
}

/** In the folder of each network that was added. */
const descriptionFile = 'network.json'
const description = v.strictObject({
  version: v.literal(1),
  /** Name of the file beside this one. */
  file: v.pipe(v.string(), v.minLength(1), v.maxLength(255), v.regex(/^[^\\/]+$/)),
  network: ownNetwork,
})
const greatestDescription = 2 ** 20

/** Also puts those of earlier days among the networks to choose from. */
export async function createOwnNetworks(
  options: OwnRuntimePlace & {
    readonly workspace: Workspace
    readonly store: Store
    readonly turn: Turn
    /** The list of networks is another now. */
    readonly onChanged: () => void
  },
): Promise<OwnNetworkService> {
  const { workspace, store, turn, onChanged } = options
  const { networksFolder } = workspace
  registerNetworks(await readAdded(networksFolder))
  const withRuntime = async <Result>(
    work: (open: ReturnType<typeof startOwnRuntime>['open']) => Promise<Result>,
  ): Promise<Result> => {
    const runtime = startOwnRuntime(options)
    try {
      return await work(runtime.open)
    } finally {
      runtime.dispose()
    }
  }
  return {
    inspect: (file, answers) => withRuntime((open) => inspectNetwork(file, answers, open)),
    async tryOn({ datasetId, placed }) {
      const dataset = await store.datasets.find(datasetId)
      if (dataset === undefined) {
        throw new AppError('noDataset', 'There is no such dataset. Import a folder first.')
      }
      const { images } = await readTrainingImages(store, datasetId, dataset.folder)
      const imageCount = images.ids.length
      const files = filesOfImages(
        workspace.cacheFolder,
        { images: dataset.folder, added: workspace.addedFolder },
        images,
      ).files
      // Spread over the set, so that they are of different labels.
      const spread = Array.from(files, (_, i) => files[(i * stepOver(imageCount)) % imageCount]!)
      const trial = await withRuntime((open) => tryNetwork(placed, spread, open))
      return { ...trial, imageCount }
    },
    async add({ file, network }) {
      const folder = join(networksFolder, network.id)
      await copyInto(folder, { file, network })
      const placed = { file: join(folder, basename(file)), network }
      registerNetworks([placed])
      onChanged()
      return placed
    },
    async remove({ id }): Promise<true> {
      if (turn.holder() !== null) {
        throw new AppError(
          'busy',
          'Something is being trained, perhaps on this network. Wait until it ends, or cancel it.',
        )
      }
      if (!/^own-[\w.-]+$/.test(id)) throw new AppError('notFound', `There is no network ${id}.`)
      await rm(join(networksFolder, id), { recursive: true, force: true })
      forgetExtractor(id)
      onChanged()
      return true
    },
  }
}

/** A step that meets every place of a list, far from the one before. */
function stepOver(count: number): number {
  const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))
  let step = Math.max(1, Math.floor(count * 0.381966))
  while (commonDivisor(step, count) !== 1) step++
  return step
}

/** @throws AppError diskFull and the like where it cannot be copied; changed while it was */
async function copyInto(folder: string, { file, network }: PlacedNetwork): Promise<void> {
  const temporary = partialName(folder)
  await rm(temporary, { recursive: true, force: true })
  try {
    await mkdir(temporary, { recursive: true })
    const beside = await findDataFiles(file, await readOnnxHeader(file))
    const copy = join(temporary, basename(file))
    await copyFile(file, copy, constants.COPYFILE_FICLONE)
    for (const name of beside) {
      await mkdir(dirname(join(temporary, name)), { recursive: true })
      await copyFile(join(dirname(file), name), join(temporary, name), constants.COPYFILE_FICLONE)
    }
    if ((await hashOfNetwork(copy)) !== network.contentHash) {
      const words = {
        en: `${basename(file)} has changed since it was looked at. Add it again.`,
        'zh-CN': `${basename(file)} 在查看之后已经改变，请重新添加。`,
      }
      throw bilingualError('invalidInput', words, { file })
    }
    const content = { version: 1, file: basename(file), network }
    await atomicWrite(
      join(temporary, descriptionFile),
      `${finiteJson('The network', content, 2)}\n`,
    )
    await replaceFolder(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
    throw AppError.from(serializeError(error))
  }
}

/** What is no network, or a damaged one, is passed over: its runs say that it is not here. */
async function readAdded(folder: string): Promise<readonly PlacedNetwork[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('own-'))
  const read = names.sort().map(async (name): Promise<PlacedNetwork[]> => {
    try {
      const bytes = await readBounded(join(folder, name, descriptionFile), greatestDescription)
      const { file, network } = v.parse(description, JSON.parse(bytes.toString('utf8')))
      return network.id === name ? [{ file: join(folder, name, file), network }] : []
    } catch {
      return []
    }
  })
  return (await Promise.all(read)).flat()
}
