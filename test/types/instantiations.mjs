// How much type checking a long typed workflow costs, counted in instantiations: the number is the same on every machine,
// seconds are not. The file is generated, because 200 steps are what makes a growing type parameter show.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root, runCommand } from '../../scripts/run-command.mjs';

/**
 * Instantiations the compiler needs for a source text, over those of an empty one with the same imports.
 * @param {string} source body of a module
 * @param {string} imports its import statements, relative to the repository as `#root/src/…`
 */
export async function countInstantiations(source, imports = '') {
  const whole = await compile(imports + source);
  return whole - await compile(imports);
}

/** @returns {Promise<number>} */
async function compile(/** @type {string} */ text) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/types-'));
  try {
    writeFileSync(join(folder, 'generated.ts'), text.replaceAll('#root/', '../../'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      extends: '../../tsconfig.json', include: [], files: ['generated.ts'], compilerOptions: { allowJs: false, checkJs: false },
    }));
    const output = await runCommand(bin('tsc'), ['-p', folder, '--extendedDiagnostics', '--pretty', 'false'], { cwd: root });
    const count = /^Instantiations:\s+([\d,]+)/m.exec(output)?.[1];
    if (count === undefined) throw new Error(`tsc printed no instantiation count:\n${output}`);
    return Number(count.replaceAll(',', ''));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
