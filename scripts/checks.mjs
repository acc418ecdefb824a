// Counts the checks of a script and closes with the line that scripts/test.mjs reads.

const counts = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs one named check; a throw is a failure, and the script goes on with the next.
 * @param {string} name
 * @param {() => unknown} run may return a short text to print beside the name
 */
export async function check(name, run) {
  const start = performance.now();
  try {
    const note = await run();
    counts.passed += 1;
    console.log(`ok      ${name}${typeof note === 'string' ? `: ${note}` : ''} (${seconds(start)})`);
    return true;
  } catch (error) {
    counts.failed += 1;
    console.error(`FAILED  ${name} (${seconds(start)})\n${indent(error instanceof Error ? error.message : String(error))}`);
    return false;
  }
}

/** Prints the counts under the given title and sets the exit code. @param {string} title */
export function finish(title) {
  console.log(`${title}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
}

const seconds = (/** @type {number} */ start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
const indent = (/** @type {string} */ text) => text.trimEnd().replace(/^/gm, '        ');
