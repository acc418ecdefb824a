// npm start: builds what is missing, then serves the demo and prints its address.
// npm start -- ask "question" FILE…: the command line program instead, without a browser.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run-command.mjs';

const program = join(root, 'dist/node/cli/main.js');
const demo = join(root, 'examples/browser-rag/vite.config.ts');

if (isOlder(program, [join(root, 'src'), join(root, 'package.json')])) {
  console.error('Building the package');
  // Standard output belongs to the answer.
  execFileSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
}

const args = process.argv.slice(2);
if (args.length > 0) {
  // npm changes to the folder of the package; files are meant relative to where the user is.
  const child = spawn(process.execPath, [program, ...args], { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' });
  child.on('close', (code) => { process.exitCode = code ?? 1; });
} else {
  const { build, preview } = await import('vite');
  console.error('Building the demo');
  await build({ configFile: demo });
  const chosen = process.env.PORT !== undefined;
  const server = await preview({ configFile: demo, preview: { host: '127.0.0.1', port: Number(process.env.PORT ?? 4173), strictPort: chosen } })
    .catch((/** @type {Error} */ error) => {
      console.error(`Cannot serve the demo: ${error.message}. Choose another port: PORT=8080 npm start`);
      process.exit(1);
    });
  console.log(`The demo: ${server.resolvedUrls?.local[0] ?? ''}   (Ctrl+C stops it)`);
}

/** True when the file does not exist, or one of the sources is newer. */
function isOlder(/** @type {string} */ file, /** @type {readonly string[]} */ sources) {
  const built = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.flatMap((source) => statSync(source).isFile() ? [source] : readdirSync(source, { recursive: true }).map((name) => join(source, String(name))))
    .some((path) => statSync(path).mtimeMs > built);
}
