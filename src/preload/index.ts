import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { contract } from '../shared/contract'
import { dropChannel } from '../shared/dropChannel'
import { createBridge } from './bridge'

contextBridge.exposeInMainWorld(
  'semblance',
  createBridge(contract, {
    invoke: (channel, payload) => ipcRenderer.invoke(channel, payload),
    on: (channel, listener) => {
      const receive = (_event: unknown, payload: unknown): void => listener(payload)
      ipcRenderer.on(channel, receive)
      return () => ipcRenderer.removeListener(channel, receive)
    },
    pathOfFile: (file) => webUtils.getPathForFile(file),
    announceDrop: (path) => ipcRenderer.invoke(dropChannel, path),
  }),
)
