// Run by a release, after package.json has its new version and before the commit: see src/version.ts.
import { readFile, writeFile } from 'node:fs/promises';

const file = new URL('../src/version.ts', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
const text = await readFile(file, 'utf8');
await writeFile(file, text.replace(/(?<=VERSION = ')[^']*/, version));
