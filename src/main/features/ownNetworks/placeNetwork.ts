import { AppError } from '../../../shared/errors'
import type { PlacedNetwork } from '../../../shared/model/ownNetwork'
import { findDataFiles, hashNetwork } from './dataFiles'
import { readOnnxHeader } from './onnxHeader'

/** The hash of a network's file and of the data files beside it. @throws AppError invalidInput */
export async function hashOfNetwork(file: string): Promise<string> {
  const beside = await findDataFiles(file, await readOnnxHeader(file))
  return (await hashNetwork(file, beside)).contentHash
}

/**
 * A network that is known by a model or a run, in a file that is there now.
 * @param file where it is now; absent: where it was
 * @throws AppError invalidInput where the file is gone or holds another network
 */
export async function placeKnown(known: PlacedNetwork, file = known.file): Promise<PlacedNetwork> {
  const { network } = known
  const hash = await hashOfNetwork(file).catch((error: unknown) => {
    const given = error instanceof AppError ? error.details['reason'] : null
    throw refused(known, file, String(given ?? (error instanceof Error ? error.message : error)))
  })
  if (hash === network.contentHash) return { file, network }
  throw refused(known, file, `it holds another network, ${hash.slice(0, 12)}`)
}

const refused = ({ network }: PlacedNetwork, file: string, reason: string): AppError =>
  new AppError(
    'invalidInput',
    `The network ${network.title} (${network.contentHash.slice(0, 12)}) is not in ${file}: ${reason}. Put that file back, or name where it is with --network-file.`,
    { file, extractor: network.id },
  )
