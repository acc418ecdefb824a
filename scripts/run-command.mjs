import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a program and gives its standard output; rejects with what it printed when it exits non-zero.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').ExecFileOptions} [options]
 * @returns {Promise<string>}
 */
export function runCommand(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = execFile(command, args, { timeout: 300_000, maxBuffer: 64 << 20, ...options, encoding: 'utf8', env: { ...(options.env ?? process.env), NO_COLOR: '1' } }, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else fail(new Error(`${command} ${args.join(' ')}: ${error.killed ? 'took too long' : `exit code ${error.code}`}\n${excerpt(stdout + stderr)}`));
    });
    child.stdin?.end();
  });
}

/** Enough of a long output to see what went wrong: the first lines, where compilers say it. */
function excerpt(/** @type {string} */ text) {
  const lines = text.split('\n');
  return lines.length <= 60 ? text : `${lines.slice(0, 60).join('\n')}\n… ${lines.length - 60} more lines`;
}

/** The path of a program that npm installed. */
export const bin = (/** @type {string} */ name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));
