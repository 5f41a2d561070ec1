import { BROWSER_MAP, OS_MAP, PLATFORMS_MAP, parse } from 'bowser';
import { isbot } from 'isbot';

/** What a user agent says of itself; null where it says nothing that is known. */
export interface UserAgentTraits {
  /** Known robot. */
  readonly robot: boolean;
  /** `desktop`, `mobile`, `tablet`, `tv` or `bot`. */
  readonly device: string | null;
  /** `Android`, `iOS`, `Windows`, `macOS`, … without a version. */
  readonly os: string | null;
  /** `Chrome`, `Safari`, `Firefox`, … without a version. */
  readonly browser: string | null;
}

/** Longer ones are cut before they are read: nobody shall choose how long a regular expression works. */
const MOST_READ = 512;

// Names that are not in the parser's own lists were made up by whoever sent them. Let in, a stranger could add as many
// values to a report's dimension as there are words.
const [DEVICES, SYSTEMS, BROWSERS] = [PLATFORMS_MAP, OS_MAP, BROWSER_MAP].map((map) => new Set(Object.values(map)));

/** Reads a user agent. Costs more than a whole click does: keep what it answers. */
export function readUserAgent(userAgent: string): UserAgentTraits {
  const text = userAgent.slice(0, MOST_READ);
  const { platform, os, browser } = parse(text);
  return {
    robot: isbot(text),
    device: known(DEVICES, platform.type),
    os: known(SYSTEMS, os.name),
    browser: known(BROWSERS, browser.name),
  };
}

function known(names: ReadonlySet<string> | undefined, name: string | undefined): string | null {
  return name !== undefined && names?.has(name) ? name : null;
}
