import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that the same build works under Tauri's scheme and on loopback HTTP.
  base: './',
  plugins: [svelte()],
  resolve: {
    alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) },
    // Without it vitest would take Svelte's server build.
    conditions: process.env.VITEST ? ['browser'] : undefined,
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // WebKitGTK 2.50 corresponds to Safari 26; macOS and Windows web views are as new or newer.
    target: ['safari18.2', 'chrome123'],
    cssTarget: ['safari18.2', 'chrome123'],
    // The content security policy allows no inline script, style or data: script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // One file for all that the first picture needs: each further one is asked for by way of the
        // program's main thread, which at that moment has a window to put up.
        codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] },
        // The words of the first screen and those of later ones have the same names; their weight
        // is counted apart.
        chunkFileNames: ({ facadeModuleId }) => (facadeModuleId?.includes('/messages/later/') ? 'assets/later-[name]-[hash].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    restoreMocks: true,
  },
});
