import type { TripletRole } from '../../../../shared/model/triplets'

export type Role = TripletRole

export type ReviewAction =
  | { readonly kind: 'fine' | 'sameThing' | 'exclude' | 'undo' | 'zoom' }
  | { readonly kind: 'label'; readonly which: Role }
  | { readonly kind: 'move'; readonly by: 1 | -1 }

/** The three pictures in the one order of the whole program, with the key that means each. */
export const roleKeys = [
  { role: 'anchor', key: '2' },
  { role: 'positive', key: '3' },
  { role: 'negative', key: '4' },
] as const satisfies readonly { readonly role: Role; readonly key: string }[]

/** What each key means in a review; keys as `useShortcuts` names them. */
export const reviewKeys: Readonly<Record<string, ReviewAction>> = {
  '1': { kind: 'fine' },
  ...Object.fromEntries(
    roleKeys.map(({ role, key }) => [key, { kind: 'label', which: role } as const]),
  ),
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
