import { AbortedError, LocalModelError, type LocalProblem } from '../../base/error-classes.ts';
import { BlazenError } from '../../base/errors.ts';

type Rule = readonly [pattern: RegExp, problem: LocalProblem, fix: string];

// In this order: the first that fits decides. WebLLM's own worker sends errors as texts, "<class>: <message>".
const RULES: readonly Rule[] = [
  [/DeviceLost|device (?:was|is) lost|ModelNotLoaded|not loaded with a model/i, 'device-lost', 'Dispose of the model and load it again; if it happens while loading, choose a smaller model or a shorter context'],
  [/ContextWindowSizeExceeded/, 'bad-input', 'Shorten the conversation, or raise context_window_size in the overrides of the model record'],
  [/ShaderF16Support/, 'no-f16', 'Choose a model in 32-bit floats (its name says f32)'],
  [/WebGPUNot|compatible GPU/, 'no-webgpu', 'Use a browser with WebGPU and hardware acceleration switched on, or a model that runs in WebAssembly'],
  [/FeatureSupport/, 'unsupported', 'Choose another model'],
  [/exceeds\s+limit|out of memory|allocation failed/i, 'vram', 'Choose a smaller model, or a shorter context_window_size'],
  [/quota/i, 'quota', 'Free some storage of this site, or choose a smaller model'],
  [/Integrity|CompileError|magic word|SyntaxError/, 'corrupt', 'Check that the addresses in the model record give what they should; the files or their hashes may have changed'],
  // Caches do not say more about an answer that is not 200.
  [/on 'Cache'|Cache\.add/, 'unavailable', 'Check the addresses in the model record: their server does not give a file'],
  [/ModelNotFound|Cannot find model|\b404\b/, 'not-found', 'Check model_id, and the addresses in the model record'],
  [/Failed to fetch|NetworkError|network error|Cannot fetch|Load failed/i, 'offline', 'Check the connection, the addresses in the model record and the CORS headers of their server'],
  [/^(?:MessageOrder|SystemMessageOrder|ContentType|Unsupported|InvalidResponseFormat|Grammar|MinValue|Range|NonNegative|InvalidNumber)\w*Error/, 'bad-input', 'Change the request'],
];
const TRANSIENT: ReadonlySet<LocalProblem> = new Set(['device-lost', 'offline']);

/** What WebLLM threw, an error or a plain text, as an error of the tree. */
export function webLlmError(action: string, thrown: unknown): BlazenError {
  if (thrown instanceof BlazenError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  if (/^AbortError\b/.test(text)) return new AbortedError(`${action} was aborted`, { cause: thrown });
  const [, problem, fix] = RULES.find(([pattern]) => pattern.test(text)) ?? [null, 'failed' as const, 'See the cause; a reload of the page may help'];
  return new LocalModelError(`${action} failed: ${text.slice(0, 500)}`, { problem, fix, retryable: TRANSIENT.has(problem), cause: thrown });
}
