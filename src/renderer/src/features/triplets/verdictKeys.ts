export type Role = 'anchor' | 'positive' | 'negative'

export type ReviewAction =
  | { readonly kind: 'fine' | 'sameThing' | 'exclude' | 'undo' | 'zoom' }
  | { readonly kind: 'label'; readonly which: Role }
  | { readonly kind: 'move'; readonly by: 1 | -1 }

/** What each key means in a review; keys as `useShortcuts` names them. */
export const reviewKeys: Readonly<Record<string, ReviewAction>> = {
  '1': { kind: 'fine' },
  '2': { kind: 'label', which: 'negative' },
  '3': { kind: 'label', which: 'anchor' },
  '4': { kind: 'label', which: 'positive' },
  '5': { kind: 'sameThing' },
  x: { kind: 'exclude' },
  u: { kind: 'undo' },
  arrowright: { kind: 'move', by: 1 },
  arrowdown: { kind: 'move', by: 1 },
  j: { kind: 'move', by: 1 },
  arrowleft: { kind: 'move', by: -1 },
  arrowup: { kind: 'move', by: -1 },
  k: { kind: 'move', by: -1 },
  z: { kind: 'zoom' },
  space: { kind: 'zoom' },
}
