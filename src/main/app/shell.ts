import { basename } from 'node:path'
import { type BrowserWindow, dialog, shell } from 'electron'
import type { Shell } from '../ipc/shell'
import type { DroppedPaths } from '../security/droppedPaths'
import type { MenuTexts } from './menuTexts'

export interface ElectronShellOptions {
  window(): BrowserWindow | null
  texts(): MenuTexts
  readonly dropped: DroppedPaths
}

/** The system's dialogs and file manager. */
export function createElectronShell(options: ElectronShellOptions): Shell {
  return {
    chooseFolder: async () => {
      const window = options.window()
      if (window === null) return null
      const { chooseFolderTitle, chooseFolderButton } = options.texts()
      const answer = await dialog.showOpenDialog(window, {
        title: chooseFolderTitle,
        buttonLabel: chooseFolderButton,
        properties: ['openDirectory'],
      })
      return answer.canceled ? null : (answer.filePaths[0] ?? null)
    },
    choosePictures: async () => {
      const window = options.window()
      if (window === null) return []
      const { choosePicturesTitle, choosePicturesButton } = options.texts()
      const answer = await dialog.showOpenDialog(window, {
        title: choosePicturesTitle,
        buttonLabel: choosePicturesButton,
        properties: ['openFile', 'multiSelections'],
      })
      return answer.canceled ? [] : answer.filePaths
    },
    chooseNetworkFile: async () => {
      const window = options.window()
      if (window === null) return null
      const { chooseNetworkTitle, chooseNetworkButton, networkFiles } = options.texts()
      const answer = await dialog.showOpenDialog(window, {
        title: chooseNetworkTitle,
        buttonLabel: chooseNetworkButton,
        filters: [{ name: networkFiles, extensions: ['onnx'] }],
        properties: ['openFile'],
      })
      return answer.canceled ? null : (answer.filePaths[0] ?? null)
    },
    takeDropped: (token) => options.dropped.take(token),
    chooseExportFile: async (suggestedName, type) => {
      const window = options.window()
      if (window === null) return null
      const { saveTitle } = options.texts()
      const answer = await dialog.showSaveDialog(window, {
        title: saveTitle,
        defaultPath: basename(suggestedName),
        filters: type === null ? [] : [{ name: type.title, extensions: [type.extension] }],
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      })
      if (answer.canceled || !answer.filePath) return null
      return answer.filePath
    },
    showInFolder: (file) => shell.showItemInFolder(file),
    openFolder: (folder) => shell.openPath(folder),
  }
}
