/// <reference path="./window.d.ts" />
import { type AppContract, contract } from '../../../shared/contract'
import { type Client, connect } from '../../../shared/rpc'

/** Everything the window asks of main. The bridge is looked up at each call, never kept. */
export const api: Client<AppContract> = connect(contract, {
  invoke: (channel, payload) => window.semblance.invoke(channel, payload),
  on: (channel, listener) => window.semblance.on(channel, listener),
})

/** Path of a dropped file or folder; main checks it again. */
export const pathOfDroppedFile = (file: File): string => window.semblance.pathOfDroppedFile(file)
