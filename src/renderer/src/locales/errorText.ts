import { AppError, serializeError } from '../../../shared/errors'
import { i18n, t } from './i18n'

/** An error in the window's language, and its own words as details to copy. */
export function errorText(error: unknown): { readonly message: string; readonly details: string } {
  const { code, message, details } = error instanceof AppError ? error : serializeError(error)
  // What cannot be chosen together says why in both languages.
  const { unsuitable, unsuitableChinese } = details
  const reason = i18n.global.locale.value === 'zh-CN' ? unsuitableChinese : unsuitable
  return {
    message: typeof reason === 'string' ? reason : t(`errors.${code}`, { ...details }),
    details: `${code}: ${message}`,
  }
}
