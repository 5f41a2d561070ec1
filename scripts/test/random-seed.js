import fc from 'fast-check';

// Random tests look somewhere else at every run. Where a run judges a change, it must not be the dice that fail it:
// TALLYBACK_TEST_SEED makes every run the same.
const { TALLYBACK_TEST_SEED: seed } = process.env;
if (seed) fc.configureGlobal({ seed: Number(seed) });
