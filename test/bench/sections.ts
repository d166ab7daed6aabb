/** A document with the section in place of the one of the same heading, or at its end. */
export function withSection(document: string, section: string): string {
  const heading = section.slice('## '.length, section.indexOf('\n'))
  const own = sectionOf(document, heading)
  if (own !== null) return document.replace(own, () => `${section.trimEnd()}\n\n`).trimEnd() + '\n'
  return `${document.trimEnd()}\n\n${section.trimEnd()}\n`
}

/** The section of a heading in a document, to the next one; null where there is none. */
export function sectionOf(document: string, heading: string): string | null {
  const start = document.indexOf(`## ${heading}\n`)
  if (start < 0) return null
  const next = document.indexOf('\n## ', start)
  return document.slice(start, next < 0 ? undefined : next + 1)
}
