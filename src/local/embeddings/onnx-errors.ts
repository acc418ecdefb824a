import { LocalModelError } from '../../base/error-classes.ts';
import { BlazenError } from '../../base/errors.ts';
import { badInput } from './text-tokens.ts';

const text = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** What `create` of the runtime threw. */
export function refused(name: string, cause: unknown): LocalModelError {
  if (/no available backend|initializeWebAssembly|fetching of the wasm/i.test(text(cause))) {
    return new LocalModelError(`Cannot load '${name}': ONNX Runtime could not start`, {
      problem: 'unavailable', fix: "Give the address of its .wasm file as 'wasm', and reload the page: it does not start a second time", cause,
    });
  }
  if (outOfMemory(cause)) return noMemory(`Cannot load '${name}'`, cause);
  return new LocalModelError(`Cannot load '${name}': ONNX Runtime refuses the model`, {
    problem: 'corrupt', fix: 'Fetch it again; if that does not help, the file is not an ONNX model that this version can run', cause,
  });
}

/** What computing threw: an error of the tree, or one of the runtime. */
export function failed(name: string, cause: unknown): BlazenError {
  if (cause instanceof BlazenError) return cause;
  if (outOfMemory(cause)) return noMemory(`'${name}' cannot compute`, cause);
  if (/out of data bounds|out of range|INVALID_ARGUMENT|invalid expand shape|broadcast/i.test(text(cause))) {
    return badInput(`'${name}' does not take the text`, "Give 'config' or 'maxTokens', so that texts are cut to what it takes, and the tokenizer that belongs to it", cause);
  }
  return new LocalModelError(`'${name}' cannot compute`, { problem: 'failed', fix: 'Load it again', cause });
}

const outOfMemory = (cause: unknown): boolean => /bad_alloc|out of memory|allocat/i.test(text(cause));

function noMemory(what: string, cause: unknown): LocalModelError {
  return new LocalModelError(`${what}: there is not enough memory`, { problem: 'vram', fix: 'Dispose of other models, or choose a smaller one', cause });
}
