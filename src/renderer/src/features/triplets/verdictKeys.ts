export type Role = 'anchor' | 'positive' | 'negative'

export type ReviewAction =
  | { readonly kind: 'fine' | 'sameThing' | 'exclude' | 'undo' | 'zoom' | 'back' }
  | { readonly kind: 'label'; readonly which: Role }
  | { readonly kind: 'move'; readonly by: 1 | -1 }

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** What a key means in a review; null where it means nothing (chords belong to the window). */
export function verdictKey({ key, ctrlKey, metaKey, altKey }: Key): ReviewAction | null {
  if (ctrlKey || metaKey || altKey) return null
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case '1':
      return { kind: 'fine' }
    case '2':
      return { kind: 'label', which: 'negative' }
    case '3':
      return { kind: 'label', which: 'anchor' }
    case '4':
      return { kind: 'label', which: 'positive' }
    case '5':
      return { kind: 'sameThing' }
    case 'x':
      return { kind: 'exclude' }
    case 'u':
      return { kind: 'undo' }
    case 'ArrowRight':
    case 'ArrowDown':
    case 'j':
      return { kind: 'move', by: 1 }
    case 'ArrowLeft':
    case 'ArrowUp':
    case 'k':
      return { kind: 'move', by: -1 }
    case 'z':
    case ' ':
      return { kind: 'zoom' }
    case 'Escape':
      return { kind: 'back' }
    default:
      return null
  }
}
