import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

// What is shown as the build, and goes with every fault that is reported: as the services, by version and commit.
function release() {
  const [, version] = /<Version>(.+)<\/Version>/.exec(readFileSync(new URL('../../../Directory.Build.props', import.meta.url), 'utf8'));
  try {
    const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
    return `${version}+${commit}`;
  } catch {
    return version; // Sources without their history.
  }
}

// Everything is a file of its own: the content security policy allows nothing inline.
export default defineConfig({
  base: '/console/',
  define: { 'import.meta.env.RELEASE': JSON.stringify(release()), 'import.meta.env.BUILT_AT': JSON.stringify(new Date().toISOString()) },
  build: {
    outDir: '../wwwroot/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    sourcemap: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
  },
  server: {
    proxy: Object.fromEntries(['/api', '/auth', '/udf'].map(path => [path, { target: process.env.ALGOSTACK_GATEWAY ?? 'http://127.0.0.1:5080', ws: true }])),
  },
});
