// Fails the build where a page would load more than it may: 200 KB at first, 100 KB more for a route, gzipped.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const initialBudget = 200_000;
const routeBudget = 100_000;
const folder = new URL('../wwwroot/console/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', folder), 'utf8'));

function scriptsOf(key, found = new Set()) {
  const chunk = manifest[key];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const other of chunk.imports ?? []) scriptsOf(other, found);
  return found;
}

const size = files => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, folder))).length, 0);
const entry = Object.keys(manifest).find(key => manifest[key].isEntry);
const initial = scriptsOf(entry);
const rows = [['initial', size(initial), initialBudget]];
for (const key of Object.keys(manifest).filter(key => manifest[key].isDynamicEntry)) {
  rows.push([key, size([...scriptsOf(key)].filter(file => !initial.has(file))), routeBudget]);
}

for (const [name, bytes, budget] of rows) console.log(`${String(bytes).padStart(8)} of ${budget} bytes  ${name}`);
const over = rows.filter(([, bytes, budget]) => bytes > budget);
if (over.length > 0) {
  console.error(`Too much JavaScript, gzipped: ${over.map(([name, bytes, budget]) => `${name} has ${bytes} of ${budget} bytes`).join('; ')}.`);
  process.exit(1);
}
