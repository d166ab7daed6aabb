/** Of a label's name, in UTF-16 code units, after it was cleaned. */
export const maximumLabelLength = 255

const lineBreaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/** Control characters, and marks that turn the direction of all that follows. */
// eslint-disable-next-line no-control-regex
const unseenControls = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const loneSurrogates = /\p{Surrogate}/gu

/**
 * A label's name as it is kept, wherever it comes from: composed (NFC), line breaks and tabs as
 * spaces, without control characters, marks that turn the direction of writing, and halves of
 * characters. Null where nothing is left or it is longer than {@link maximumLabelLength}.
 */
export function cleanLabelName(text: string): string | null {
  const name = text
    .normalize('NFC')
    .replace(lineBreaks, ' ')
    .replace(unseenControls, '')
    .replace(loneSurrogates, '')
  return name.trim() === '' || name.length > maximumLabelLength ? null : name
}

/** A name that somebody typed: spaces around it are of no account. */
export const typedLabelName = (text: string): string | null => cleanLabelName(text.trim())

/** Equal for names that look alike: case, width, spaces at the ends and unseen characters aside. */
const lookOf = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\p{Cf}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?\/ ?/g, '/')
    .trim()
    .toLowerCase()

/** Names that look alike, in groups of two and more, in the order given. */
export function looksAlike<Label extends { readonly name: string }>(
  labels: readonly Label[],
): readonly (readonly Label[])[] {
  const groups = new Map<string, Label[]>()
  for (const label of labels) {
    const key = lookOf(label.name)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [label])
    else group.push(label)
  }
  return [...groups.values()].filter((group) => group.length > 1)
}
