import type { MessagePort } from 'node:worker_threads'
import type { CallAnswer } from '../../processes/answerCalls'

/** Words of memory that the calling thread and the relay share. */
export const stateWords = {
  /** Counts what the relay has put on the port of answers. */
  answers: 0,
  /** Pieces that the relay has not handed to the system yet. */
  piecesOnTheWay: 1,
  total: 2,
} as const

export interface RelayData {
  readonly address: string
  readonly token: string
  readonly state: Int32Array
  readonly port: MessagePort
}

/** What the relay tells while the calling thread still hears events. */
export type RelayEvent = { readonly kind: 'listening' } | { readonly kind: 'connected' }

export type RelayAnswer =
  | CallAnswer
  /** The process is gone. */
  | { readonly lost: true }
