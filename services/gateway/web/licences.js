// Puts the licences of what is built into the console beside it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const shipped = Object.keys(packages).filter(name => name !== '' && !['dev', 'optional', 'devOptional', 'peer'].some(flag => packages[name][flag]));
const notice = 'TradingView Lightweight Charts™\nCopyright (с) 2025 TradingView, Inc. https://www.tradingview.com/\n';
const texts = shipped.map(folder => {
  const { name, version, license, author } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  return `${name} ${version}\n\n${name === 'lightweight-charts' ? `${notice}\n` : ''}${existsSync(`${folder}/LICENSE`) ? readFileSync(`${folder}/LICENSE`, 'utf8').trim() : `${license}, by ${author?.name ?? author}`}\n`;
});
writeFileSync('../wwwroot/console/licences.txt', texts.join(`\n${'-'.repeat(80)}\n\n`));
console.log(`Licences of ${shipped.map(folder => folder.replace('node_modules/', '')).join(', ')}.`);
