import { defineConfig } from 'vite';

// Beside the page that it is going to replace. Everything is a file of its own: the content security policy allows nothing inline.
export default defineConfig({
  base: '/console/',
  build: {
    outDir: '../wwwroot/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox120', 'safari17.5'],
  },
  server: {
    proxy: Object.fromEntries(['/api', '/auth'].map(path => [path, process.env.ALGOSTACK_GATEWAY ?? 'http://127.0.0.1:5080'])),
  },
});
