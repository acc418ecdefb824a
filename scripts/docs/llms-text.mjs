// docs/llms.txt: the list of pages for a reader that is a program (llmstxt.org).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run-command.mjs';

/** The text of docs/llms.txt: title and first sentence of every page, from the pages themselves. */
export function llmsText() {
  const { description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { title, about } = readPage('README.md');
  const links = (/** @type {string} */ folder) => pagesIn(folder).map((page) => {
    const { title: name, about: text } = readPage(`docs/${folder}${page}`);
    return `- [${name}](${folder}${page})${text === '' ? '' : `: ${text}`}`;
  }).join('\n');
  return `# ${title}

> ${description}

${about}

## Guides
${links('guides/')}

## Reference
${links('api/')}

## More
- [Changes](../CHANGELOG.md)
`;
}

function pagesIn(/** @type {string} */ folder) {
  return readdirSync(join(root, 'docs', folder)).filter((name) => name.endsWith('.md'))
    .sort((a, b) => Number(b === 'README.md') - Number(a === 'README.md') || (a < b ? -1 : 1));
}

/** Heading and first sentence of a page. */
function readPage(/** @type {string} */ path) {
  const [head = '', ...rest] = readFileSync(join(root, path), 'utf8').split('\n');
  const start = rest.findIndex((line) => /^[A-Za-z`]/.test(line));
  const paragraph = start < 0 ? '' : rest.slice(start, rest.indexOf('', start)).join(' ');
  return { title: head.replace(/^# /, ''), about: /^.*?\.(?=\s|$)/.exec(paragraph)?.[0] ?? '' };
}
