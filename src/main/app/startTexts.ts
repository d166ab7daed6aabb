import { AppError, type ErrorCode } from '../../shared/errors'
import type { Locale } from '../../shared/model/settings'

/** What is said by dialogs of the system, before there is a page or when it has gone. */
const en = {
  cannotStart: 'Semblance cannot start',
  databaseTitle: 'The database needed help',
  crashed: 'The page of the window ended several times before it was loaded',
  crashedDetail: 'What was saved is kept. Load it again, or quit and start Semblance anew.',
  loadAgain: 'Load Again',
  quit: 'Quit',
}
export type StartTexts = Readonly<Record<keyof typeof en, string>>

const zhCN: StartTexts = {
  cannotStart: 'Semblance 无法启动',
  databaseTitle: '数据库曾需要修复',
  crashed: '窗口页面在加载完成之前多次意外退出',
  crashedDetail: '已保存的内容都还在。请重新加载，或退出后再次启动 Semblance。',
  loadAgain: '重新加载',
  quit: '退出',
}
export const startTexts: Readonly<Record<Locale, StartTexts>> = { en, 'zh-CN': zhCN }

/** A failure of the start as a sentence; in English it is the error's own. */
export function startFailureText(error: unknown, locale: Locale): string {
  const own = error instanceof Error ? error.message : String(error)
  if (locale === 'en' || !(error instanceof AppError)) return own
  const { code, details } = error
  if (code === 'databaseDamaged' && 'kind' in details) return recoveryText(details)
  return failures[code]?.(details) ?? own
}

type Details = AppError['details']

const failures: Partial<Record<ErrorCode, (details: Details) => string>> = {
  userDataUnusable: ({ folder, reason }) =>
    `无法创建或写入 Semblance 的数据文件夹 ${folder}（${reason}）。请检查它的访问权限以及所在磁盘是否可用，然后重新启动。没有任何内容被更改。`,
  databaseBusy: () =>
    '另一个程序（例如备份软件）正在占用数据库。请先关闭它，然后重新启动；没有丢失任何内容。',
  diskFull: () => '磁盘空间不足，无法打开数据库。请释放空间后重新启动；已保存的内容都还在。',
  readOnly: () => '无法写入数据库。请检查所在文件夹的访问权限，然后重新启动。',
  permissionDenied: () => '系统拒绝访问数据库。请检查所在文件夹的访问权限，然后重新启动。',
}

function recoveryText({ kind, file, backupAt }: Details): string {
  const kept = file === '' ? '' : `损坏的文件已保留为 ${file}。`
  const what = file === '' ? '数据库不见了' : '数据库已损坏'
  const when = new Date(Number(backupAt)).toLocaleString('zh-CN')
  switch (kind) {
    case 'repaired':
      return `数据库曾损坏，现已修复，没有丢失任何内容。${kept}`
    case 'salvaged':
      return `数据库曾损坏，所有记录都已读出并重新写入，没有丢失任何内容。${kept}`
    case 'salvagedPart':
      return `数据库已损坏，并且没有备份：仍能读出的内容都在这里，其余的已丢失。请重新导入文件夹，查看缺少什么。${kept}`
    case 'restored':
      return `${what}，因此改用 ${when} 的最新备份；之后的更改不在其中。${kept}`
    default:
      return `${what}，并且没有备份，因此新建了一个：请重新导入文件夹。以往训练的文件仍在原处。${kept}`
  }
}
