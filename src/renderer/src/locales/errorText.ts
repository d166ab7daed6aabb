import { AppError, serializeError } from '../../../shared/errors'
import { t } from './i18n'

/** An error in the window's language, and its own words as details to copy. */
export function errorText(error: unknown): { readonly message: string; readonly details: string } {
  const { code, message, details } = error instanceof AppError ? error : serializeError(error)
  return { message: t(`errors.${code}`, { ...details }), details: `${code}: ${message}` }
}
