import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { buildEmbedScript } from './scripts/buildEmbedScript.mjs'

/** Packages with native code or a module-wide registry of their own stay outside the bundle. */
const external = [
  'electron',
  'sqlite3',
  'sharp',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-converter',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-node-gpu',
  'onnxruntime-node',
]

/** The oldest runtime the program meets: electron-vite would take the newest, that of package.json. */
const oldest = { node: 'node20.18', chrome: 'chrome130' }

export default defineConfig({
  main: {
    // Leaves with every exported model, so it is a file of its own.
    plugins: [
      {
        name: 'embed-script',
        writeBundle: () => buildEmbedScript(resolve('.'), resolve('out/main/workers')),
      },
    ],
    build: {
      target: oldest.node,
      outDir: 'out/main',
      externalizeDeps: false,
      rolldownOptions: {
        external,
        input: {
          index: resolve('src/main/index.ts'),
          cli: resolve('src/main/cli/index.ts'),
          'workers/thumbnail': resolve('src/main/dataset/thumbnail.process.ts'),
          'workers/training': resolve('src/main/training/training.worker.ts'),
          'workers/serving': resolve('src/main/serving/serving.worker.ts'),
          'workers/comparison': resolve('src/main/comparison/comparison.worker.ts'),
          'workers/native': resolve('src/main/backend/native/native.process.ts'),
          'workers/processWatch': resolve('src/main/processes/watch.worker.ts'),
          'workers/nativeRelay': resolve('src/main/backend/native/relay.worker.ts'),
          'workers/onnx': resolve('src/main/onnx/onnx.process.ts'),
          'workers/kernelPool': resolve('src/main/backend/kernelPool.worker.ts'),
          'workers/decoding': resolve('src/main/features/decoding.worker.ts'),
          'workers/mapPool': resolve('src/main/projection/mapPool.worker.ts'),
          'workers/prediction': resolve('src/main/prediction/prediction.worker.ts'),
          'workers/projection': resolve('src/main/projection/projection.worker.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  },
  preload: {
    build: {
      target: oldest.node,
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        external: ['electron'],
        input: { index: resolve('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [vue()],
    define: {
      // vue-i18n compiles messages to data instead of code: the page's policy forbids eval.
      __INTLIFY_JIT_COMPILATION__: true,
      __VUE_I18N_LEGACY_API__: false,
      __VUE_I18N_FULL_INSTALL__: false,
      __INTLIFY_PROD_DEVTOOLS__: false,
    },
    build: {
      target: oldest.chrome,
      outDir: 'out/renderer',
      assetsInlineLimit: 0,
      rolldownOptions: { input: { index: resolve('src/renderer/index.html') } },
    },
  },
})
