/**
 * Jest reporter that ends a run with what was skipped (the outermost title says what is missing and how to get it) and
 * one plain line that people and scripts can read: `N passed, N failed, N skipped`.
 */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // Jest prints its own summary after the reporters that were asked for; this line is to be the last.
    process.once('exit', () => print(results));
  }
}

function print(results) {
  for (const [title, count] of skippedGroups(results)) console.log(`skipped ${count}: ${title}`);
  // A file that does not even load has no tests that could fail, and must not read as "0 failed".
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  console.log(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
}

function skippedGroups(results) {
  const groups = new Map();
  for (const test of results.testResults.flatMap((file) => file.testResults)) {
    if (test.status !== 'pending' && test.status !== 'todo') continue;
    const title = test.ancestorTitles[0] ?? test.title;
    groups.set(title, (groups.get(title) ?? 0) + 1);
  }
  return groups;
}
