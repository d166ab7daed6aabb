import type { FileType } from './shell'

/** A name to offer for an export: that of the dataset without what file systems refuse, and what it holds. */
export function exportName(
  dataset: string | undefined,
  holds: string,
  type: FileType | null,
): string {
  const plain = (dataset ?? '').replace(/[\p{Cc}<>:"/\\|?*]/gu, '-').replace(/^[. ]+|[. ]+$/g, '')
  const name = `${plain || 'semblance'}-${holds}`
  return type === null ? name : `${name}.${type.extension}`
}
