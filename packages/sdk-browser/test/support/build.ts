import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const root = join(__dirname, '../..');

async function run(options: BuildOptions): Promise<string> {
  const shared = JSON.parse(readFileSync(join(root, 'bundle.json'), 'utf8')) as BuildOptions;
  const { outputFiles = [] } = await build({ ...shared, write: false, ...options });
  return outputFiles.map(({ text }) => text).join('');
}

/** Bundles a few lines that import from the sources, with the options of the published script. */
export function bundle(contents: string, options: BuildOptions): Promise<string> {
  return run({ stdin: { contents, resolveDir: join(root, 'src'), loader: 'ts' }, ...options });
}

/** The script-tag build, of the sources as they are now. */
export const scriptBuild = () => run({ entryPoints: [join(root, 'src/iife.ts')], format: 'iife' });

const PUBLIC = [
  ...['index', 'debug', 'decorate', 'direct', 'forms', 'handoff', 'late', 'losses', 'platforms', 'registry', 'sync'],
  ...['consent/gpc', 'consent/gpp', 'consent/google', 'consent/tcf'],
];

/** All public modules as a global `sdk`, to call them with options of a test's own. */
export const moduleBuild = () =>
  bundle(PUBLIC.map((name) => `export * from './${name}.js';`).join(''), { format: 'iife', globalName: 'sdk' });

/** React with a page that shows the click, and the hook: `showClick(clicks, element)` as a global. */
export const reactBuild = () =>
  bundle(
    `import { createElement } from 'react';
     import { createRoot } from 'react-dom/client';
     import { useClick } from './react.js';
     const Shown = ({ clicks }) => 'click: ' + (useClick(clicks)?.id ?? 'none');
     globalThis.showClick = (clicks, element) => createRoot(element).render(createElement(Shown, { clicks }));`,
    { format: 'iife', define: { 'process.env.NODE_ENV': '"production"' } },
  );
