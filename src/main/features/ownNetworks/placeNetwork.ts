import { AppError, bilingualError } from '../../../shared/errors'
import type { Bilingual } from '../../../shared/model/bilingual'
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
    const { reason, reasonChinese } = error instanceof AppError ? error.details : {}
    const given = String(reason ?? (error instanceof Error ? error.message : error))
    throw refused(known, file, { en: given, 'zh-CN': String(reasonChinese ?? given) })
  })
  if (hash === network.contentHash) return { file, network }
  const found = hash.slice(0, 12)
  const reason = {
    en: `it holds another network, ${found}`,
    'zh-CN': `其中是另一个网络，${found}`,
  }
  throw refused(known, file, reason)
}

function refused({ network }: PlacedNetwork, file: string, reason: Bilingual): AppError {
  const hash = network.contentHash.slice(0, 12)
  const words = {
    en: `The network ${network.title} (${hash}) is not in ${file}: ${reason.en}. Put that file back, or name where it is with --network-file.`,
    'zh-CN': `${file} 中没有网络 ${network.title}（${hash}）：${reason['zh-CN']}。请放回原来的文件，或用 --network-file 指出它的位置。`,
  }
  return bilingualError('invalidInput', words, { file, extractor: network.id })
}
