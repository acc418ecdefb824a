import type { ProviderError} from '../../src/base/error-classes.ts';
import { IncompleteStreamError, RateLimitError, ResponseFormatError } from '../../src/base/error-classes.ts';
import { differences } from '../helpers/compare-answer.ts';
import { dialectModels } from '../helpers/dialect-models.ts';
import type { Expected } from '../helpers/recordings.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

interface Case { readonly name: string; readonly dialect: string; readonly expect: Expected }

const classes: Readonly<Record<string, typeof ProviderError>> = {
  'stream-truncated': IncompleteStreamError, parse: ResponseFormatError, 'not-an-event-stream': ResponseFormatError, crc: ResponseFormatError,
};

const suite: Suite<Lib> = (t) => {
  t.test('65 awkward deliveries over a socket give the whole answer or a typed error', async () => {
    const cases = await (await fetch(`${__DELIVERY__}cases`)).json() as Case[];
    t.equal(cases.length, 65);
    const problems: string[] = [];
    for (const one of cases) {
      const problem = await run(one).catch((error: unknown) => String(error));
      if (problem !== '') problems.push(`${one.name}: ${problem}`);
    }
    t.deepEqual(problems, []);
  });
};

/** What is wrong with the answer to a case; '' when nothing is. */
async function run({ name, dialect, expect }: Case): Promise<string> {
  const stream = dialectModels[dialect]!(__DELIVERY__ + encodeURIComponent(name)).stream([{ content: 'x' }]);
  let types: string[] = [];
  let error: ProviderError | undefined;
  try {
    for await (const part of stream) types.push(part.type);
  } catch (thrown) {
    error = thrown as ProviderError;
  }
  if (expect.errorClass === undefined && expect.error === undefined) {
    if (error !== undefined) return String(error);
    if (types.at(-1) !== 'finish' || types.filter((type) => type === 'finish').length !== 1) return `parts end with ${types.slice(-2).join()}`;
    return differences(await stream, expect, dialect).join('; ');
  }
  if (error === undefined) return 'no error';
  if (types.at(-1) !== 'error' || types.includes('finish')) return `parts end with ${types.slice(-2).join()}`;
  if (expect.errorClass !== undefined && !(error instanceof classes[expect.errorClass]!)) return `threw ${String(error)}`;
  if (expect.error !== undefined) {
    if (error.detail !== expect.error.message) return `detail ${String(error.detail)}`;
    if (!error.retryable) return 'not retryable though nothing was delivered';
    if (expect.error.code === 'rate_limit_exceeded' && !(error instanceof RateLimitError)) return `threw ${error.name}`;
  }
  const text = (error.partial as { content?: string } | undefined)?.content ?? '';
  if (expect.textPrefix !== undefined && text !== expect.textPrefix) return `partial text ${text}`;
  if (expect.textPrefixOf !== undefined && (text === '' || !expect.textPrefixOf.startsWith(text))) return `partial text ${text}`;
  return '';
}

export default suite;
