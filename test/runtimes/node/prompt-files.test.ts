import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ValidationError } from '../../../src/index.ts';
import { PromptRegistry } from '../../../src/platform/node/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'prompts-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('prompts are read from a file or from all files of a directory', () => {
  writeFileSync(join(folder, 'summariser.yaml'), 'name: summariser\nversion: "2"\nrole: system\ntemplate: Summarise this {{doc_type}}.\n');
  writeFileSync(join(folder, 'more.json'), JSON.stringify([{ name: 'translator', template: 'Into {{lang}}.' }]));
  writeFileSync(join(folder, 'notes.txt'), 'not a prompt');
  const one = PromptRegistry.fromFile(join(folder, 'summariser.yaml'));
  expect(one.render('summariser', { doc_type: 'article' }).content).toBe('Summarise this article.');
  expect(one.versions('summariser')).toEqual(['2']);
  expect(PromptRegistry.fromDir(folder).names).toEqual(['translator', 'summariser']);
});

it('a file that is missing or wrong is named', () => {
  writeFileSync(join(folder, 'wrong.yml'), 'name: [');
  expect(() => PromptRegistry.fromFile(join(folder, 'none.yaml'))).toThrow(ValidationError);
  expect(() => PromptRegistry.fromFile(join(folder, 'none.yaml'))).toThrow(/none\.yaml: it cannot be read \(ENOENT\)/);
  expect(() => PromptRegistry.fromDir(folder)).toThrow(/wrong\.yml: Cannot read the YAML/);
});
