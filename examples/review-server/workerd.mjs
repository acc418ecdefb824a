// Runs the bundled Worker in workerd until it is killed: `node workerd.mjs <script> <folder> <port>`. For the check.
import { dirname } from 'node:path';
import { Miniflare } from 'miniflare';
import { workerd } from '../../scripts/workerd.mjs';

const [scriptPath = '', folder = '', port = '0'] = process.argv.slice(2);
const host = new Miniflare({
  ...workerd, port: Number(port), modules: true, modulesRoot: dirname(scriptPath), scriptPath,
  durableObjects: { RUNS: { className: 'Runs', useSQLite: true } }, durableObjectsPersist: folder,
});
console.log(String(await host.ready).replace(/\/$/, ''));
