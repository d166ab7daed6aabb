/** A name with what cannot be seen in it shown: spaces at its ends, and characters without a form. */
export const visibleName = (name: string): string =>
  name
    .replace(/^ +| +$|(?<= ) +/g, (spaces) => '␣'.repeat(spaces.length))
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => `⟨${codeOf(character)}⟩`)

const codeOf = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
