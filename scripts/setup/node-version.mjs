import { Failure } from './failure.mjs';
import { readJson } from './repository.mjs';

/** Stops with one line when this Node is outside of the "engines" range of the root package.json. */
export function checkNode(version = process.versions.node) {
  const range = readJson('package.json').engines.node;
  if (!range.split('||').some((part) => matches(version, part.trim()))) {
    throw new Failure(`Node ${version} is not supported: Tallyback needs ${range}. Get one at https://nodejs.org`);
  }
}

// Only the two forms that "engines" uses; a range library is not there before the first install.
function matches(version, part) {
  const [, operator, wanted] = /^(\^|>=)(\d+\.\d+\.\d+)$/.exec(part) ?? [];
  if (operator === undefined) throw new Error(`the range "${part}" in package.json has a form that is not understood`);
  const [have, want] = [version, wanted].map((text) => text.split('.').map((digits) => Number.parseInt(digits, 10)));
  const sameMajor = have[0] === want[0];
  return isAtLeast(have, want) && (operator === '>=' || sameMajor);
}

function isAtLeast(have, want) {
  const place = want.findIndex((number, index) => have[index] !== number);
  return place === -1 || have[place] > want[place];
}
