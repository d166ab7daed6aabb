import { basename } from 'node:path'
import { type AppError, bilingualError } from '../../../shared/errors'

/**
 * Both reasons are ends of sentences without a stop; a second sentence may follow.
 * @param chinese what the window says in Chinese
 */
export function refusedNetwork(
  file: string,
  reason: string,
  chinese: string,
  cause?: unknown,
): AppError {
  const name = basename(file)
  const words = {
    en: `The network ${name} cannot be used: ${reason}.`,
    'zh-CN': `无法使用网络 ${name}：${chinese}。`,
  }
  return bilingualError('invalidInput', words, { file, reason, reasonChinese: chinese }, cause)
}
