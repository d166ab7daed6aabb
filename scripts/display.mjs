import { spawn } from 'node:child_process'
import { findProgram } from './setup/command.mjs'

const startLimitMs = 20_000

/**
 * Starts a virtual display of 1600 x 1000, on a number that the X server itself finds free.
 *
 * @returns {Promise<{ name: string, stop: () => void } | null>} null where there is no Xvfb
 * @throws when Xvfb does not come up
 */
export async function startVirtualDisplay() {
  const program = process.platform === 'linux' ? findProgram('Xvfb') : undefined
  if (program === undefined) return null
  const args = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset']
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  const stop = () => {
    server.kill('SIGTERM')
  }
  process.once('exit', stop)
  const number = await new Promise((resolve, reject) => {
    let complaint = ''
    let said = ''
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`Xvfb did not start within ${startLimitMs / 1000} s: ${complaint}`))
    }, startLimitMs)
    server.stderr?.on('data', (text) => (complaint += text))
    server.stdio[3]?.on('data', (text) => {
      said += text
      if (!said.includes('\n')) return
      clearTimeout(timer)
      resolve(said.trim())
    })
    server.on('error', reject)
    server.on('exit', (code) => reject(new Error(`Xvfb ended with status ${code}: ${complaint}`)))
  })
  return { name: `:${number}`, stop }
}
