import { basename } from 'node:path'
import { AppError } from '../../../shared/errors'

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
  const message = `The network ${name} cannot be used: ${reason}.`
  const unsuitableChinese = `无法使用网络 ${name}：${chinese}。`
  return new AppError(
    'invalidInput',
    message,
    { file, reason, unsuitable: message, unsuitableChinese },
    cause,
  )
}
