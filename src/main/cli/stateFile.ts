import { FileRefused, readRegularFile } from '../files/regularFile'

export type StateFile =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'absent' }
  /** Why, as the end of a sentence. */
  | { readonly kind: 'refused'; readonly why: string }

/**
 * JSON that a run keeps of itself in the folder of its state.
 * @throws the system's error where there is a file that cannot be read
 */
export async function readStateFile(file: string, greatestBytes: number): Promise<StateFile> {
  const found = await readRegularFile(file, greatestBytes)
  if (found.kind === 'absent') return found
  if (found.kind !== 'read') {
    return { kind: 'refused', why: new FileRefused(found, greatestBytes).message }
  }
  try {
    return { kind: 'read', value: JSON.parse(found.bytes.toString('utf8')) as unknown }
  } catch {
    return { kind: 'refused', why: 'it is no JSON' }
  }
}

/** What of a value a schema refused first, as the end of a sentence. */
export const refusedPart = (place: string | null, received: string): string =>
  `${place ?? 'all of it'} is ${received.slice(0, 40)}`
