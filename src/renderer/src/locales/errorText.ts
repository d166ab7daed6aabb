import { AppError, type ErrorCode, type ErrorDetails, serializeError } from '../../../shared/errors'
import { i18n, t } from './i18n'
import { joinWords } from './joinWords'

/** An error in the window's language, and its own words as details to copy. */
export function errorText(error: unknown): { readonly message: string; readonly details: string } {
  const { code, message, details } = error instanceof AppError ? error : serializeError(error)
  // What cannot be chosen together says why in both languages.
  const { unsuitable, unsuitableChinese } = details
  const reason = i18n.global.locale.value === 'zh-CN' ? unsuitableChinese : unsuitable
  return {
    message: typeof reason === 'string' ? reason : sentenceOf(code, message, details),
    details: `${code}: ${message}`,
  }
}

/** Of input that was refused the code alone would not say what is wrong with it. */
function sentenceOf(code: ErrorCode, message: string, details: ErrorDetails): string {
  const general = t(`errors.${code}`, { ...details })
  if (code !== 'invalidInput' || message === '') return general
  return joinWords(general, t('errors.invalidInputBecause', { reason: message }))
}
