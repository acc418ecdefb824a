// Runs a Worker until it is killed: `node miniflare-host.mjs <script> <folder> <address for its ADDRESS binding>`; prints
// where it listens.
import { dirname } from 'node:path';
import { Miniflare } from 'miniflare';
import { workerd } from '../../scripts/workerd.mjs';

const [script = '', folder = '', ADDRESS = ''] = process.argv.slice(2);
const host = new Miniflare({
  ...workerd, port: 0, modules: [{ type: 'ESModule', path: script }], modulesRoot: dirname(script), bindings: { ADDRESS },
  durableObjects: { RUNS: { className: 'Runs', useSQLite: true } }, durableObjectsPersist: folder,
});
console.log(String(await host.ready));
