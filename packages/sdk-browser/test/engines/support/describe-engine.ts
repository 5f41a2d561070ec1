import { accessSync, constants } from 'node:fs';
import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import type { Engine, Tab } from './engine.js';
import { startWorld, type World } from './world.js';

/** What a scenario works with. Only inside tests: the browser starts before the first one. */
export interface Stage {
  world: World;
  engine: Engine;
  /** The tab of the scenarios. */
  tab: Tab;
  /** Opens `http://www.{site}{path}` in it. */
  visit(site: string, path: string): Promise<void>;
}

/** How to get a browser. */
export interface Recipe {
  title: string;
  /** Places of its executable, the first that exists is taken; the environment variable goes before them. */
  places: readonly string[];
  variable: string;
  install: string;
  /** Is there what it needs beside the executable? Default: nothing more is needed. */
  isComplete?(): boolean;
  start(executable: string, proxy: string): Promise<Engine>;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A `describe` with one browser and one tab. Without that browser it is skipped, and one line says how to get it. */
export function describeEngine(recipe: Recipe, scenarios: ((stage: () => Stage) => void)[]): void {
  const { title, places, variable, install, isComplete = () => true } = recipe;
  const executable = process.env[variable] || places.find(isExecutable);
  if (!executable || !isComplete()) {
    process.stderr.write(`SKIPPED: "${title}" needs a browser: ${install}, or set ${variable} to its executable\n`);
    describe.skip(title, () => {
      it('needs its browser', () => undefined);
    });
    return;
  }
  // A loaded machine may take seconds for a page.
  jest.setTimeout(60_000);
  describe(title, () => {
    let stage: Stage | undefined;
    // Also when the next of them does not start: what is left open would keep the test run from ending.
    const opened: { close(): Promise<void> }[] = [];
    beforeAll(async () => {
      const world = await startWorld();
      opened.unshift(world);
      const engine = await recipe.start(executable, world.proxy);
      opened.unshift(engine);
      const tab = await engine.tab();
      stage = { world, engine, tab, visit: (site, path) => tab.open(`http://www.${site}${path}`) };
    });
    afterAll(async () => {
      for (const one of opened) await one.close();
    });
    for (const scenario of scenarios) {
      scenario(() => {
        if (!stage) throw new Error('the browser is started before the first test, so use it inside a test');
        return stage;
      });
    }
  });
}
