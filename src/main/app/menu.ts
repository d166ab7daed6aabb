import { type BrowserWindow, Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { MenuTexts } from './menuTexts'

export interface MenuActions {
  readonly isPackaged: boolean
  readonly logFile: string
  window(): BrowserWindow | null
  openFolder(): void
}

/**
 * The native menu. Its items for undo, redo and the views press the same keys that the window
 * listens to, so that a text field keeps its own undo and there is one meaning for each key.
 */
export function installMenu(texts: MenuTexts, actions: MenuActions): void {
  const isMac = process.platform === 'darwin'
  const press = (label: string, accelerator: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    registerAccelerator: false,
    click: () => pressKey(actions.window(), accelerator),
  })
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: texts.file,
      submenu: [
        {
          label: texts.openFolder,
          accelerator: 'CommandOrControl+O',
          click: () => actions.openFolder(),
        },
        { type: 'separator' },
        isMac
          ? { role: 'close', label: texts.closeWindow }
          : { role: 'quit', label: texts.quit, accelerator: 'CommandOrControl+Q' },
      ],
    },
    {
      label: texts.edit,
      submenu: [
        press(texts.undo, 'CommandOrControl+Z'),
        press(texts.redo, 'CommandOrControl+Shift+Z'),
        { type: 'separator' },
        { role: 'cut', label: texts.cut },
        { role: 'copy', label: texts.copy },
        { role: 'paste', label: texts.paste },
        press(texts.selectAll, 'CommandOrControl+A'),
      ],
    },
    {
      label: texts.view,
      submenu: [
        press(texts.library, 'CommandOrControl+1'),
        press(texts.train, 'CommandOrControl+2'),
        press(texts.triplets, 'CommandOrControl+3'),
        press(texts.map, 'CommandOrControl+4'),
        { type: 'separator' },
        { role: 'resetZoom', label: texts.actualSize },
        { role: 'zoomIn', label: texts.zoomIn },
        { role: 'zoomOut', label: texts.zoomOut },
        { role: 'togglefullscreen', label: texts.fullScreen },
        ...(actions.isPackaged
          ? []
          : ([
              { type: 'separator' },
              { role: 'reload', label: texts.reload },
              { role: 'toggleDevTools', label: texts.developerTools },
            ] satisfies MenuItemConstructorOptions[])),
      ],
    },
    {
      label: texts.help,
      role: 'help',
      submenu: [
        press(texts.shortcuts, '?'),
        { label: texts.showLog, click: () => shell.showItemInFolder(actions.logFile) },
        ...(isMac ? [] : [{ role: 'about', label: texts.about } as const]),
      ],
    },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

function pressKey(window: BrowserWindow | null, accelerator: string): void {
  if (window === null) return
  const parts = accelerator.split('+')
  const modifiers: ('control' | 'meta' | 'shift')[] = []
  if (parts.includes('CommandOrControl')) {
    modifiers.push(process.platform === 'darwin' ? 'meta' : 'control')
  }
  if (parts.includes('Shift')) modifiers.push('shift')
  const keyCode = parts.at(-1) ?? ''
  window.webContents.sendInputEvent({ type: 'keyDown', keyCode, modifiers })
  window.webContents.sendInputEvent({ type: 'keyUp', keyCode, modifiers })
}
