/** Text of a page that is safe as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = string | number | Markup | null | readonly Part[]

/** A piece of a page: what stands in it is escaped unless it is markup itself; null is nothing. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.map((text, i) => `${text}${i < parts.length ? render(parts[i]!) : ''}`).join(''),
  )
}

function render(part: Part): string {
  if (part === null) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return part.map(render).join('')
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    // What a page may not hold, and what would turn the direction of what follows.
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (one) => (/[\t\n]/.test(one) ? one : '\ufffd'))

/** In both languages; the page shows one of them. */
export const both = (english: Part, chinese: Part): Markup =>
  markup`<span class="en" lang="en">${english}</span><span class="zh" lang="zh-CN">${chinese}</span>`

/** The same within a picture. */
export const bothInPicture = (
  place: { readonly x: number; readonly y: number; readonly anchor?: 'start' | 'middle' | 'end' },
  english: string,
  chinese: string,
): Markup => {
  const { x, y, anchor = 'start' } = place
  return markup`<text class="en" lang="en" x="${x}" y="${y}" text-anchor="${anchor}">${english}</text
    ><text class="zh" lang="zh-CN" x="${x}" y="${y}" text-anchor="${anchor}">${chinese}</text>`
}
