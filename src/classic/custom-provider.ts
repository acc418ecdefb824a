import { UnsupportedError } from '../base/error-classes.ts';
import { ChatMessage, customSpec } from '../model/index.ts';
import type { CompletionRequest } from '../spec/completion.ts';
import { CompletionModel } from './completion-model.ts';

/** Names a provider made of one's own object. */
export interface CustomProviderOptions {
  /** Name in errors. Default 'custom'. */
  readonly providerId?: string;
  /** Name of its chat model. Default the provider's. */
  readonly modelId?: string;
}

/** What an object offers under a capability's name; a call of what it does not offer fails. */
type Verb<Host, Name extends string> = Host extends Readonly<Record<Name, infer Method extends (...args: never) => unknown>> ? Method : (...args: unknown[]) => Promise<never>;

/**
 * The reference's wrapper for media services of one's own: an object with methods named after what it can do
 * (`textToSpeech`, `generateImage`, `transcribe` …). With `complete` or `stream` it is a chat model too, for agents and
 * every wrapper.
 *
 * @example
 * const provider = new CustomProvider({ textToSpeech: async ({ text }: { text: string }) => ({ audio: [], text }) }, { providerId: 'parrot' });
 * await provider.textToSpeech({ text: 'hi' });
 */
export class CustomProvider<Host extends object> extends CompletionModel {
  readonly #host: Host;

  constructor(host: Host, { providerId = 'custom', modelId = providerId }: CustomProviderOptions = {}) {
    const { complete, stream } = host as { complete?: (...args: unknown[]) => never; stream?: (...args: unknown[]) => Promise<unknown> };
    // Such methods take messages first, as those of a subclass of CompletionModel do.
    const split = ({ messages, ...options }: CompletionRequest): [ChatMessage[], object] => [messages.map((message) => ChatMessage.from(message)), options];
    super(customSpec(modelId, {
      complete: complete && ((request) => complete.call(host, ...split(request))),
      stream: stream && ((request, onChunk) => {
        const [messages, options] = split(request);
        return stream.call(host, messages, onChunk, options);
      }),
    }, providerId));
    this.#host = host;
  }

  get textToSpeech(): Verb<Host, 'textToSpeech'> { return this.#verb('textToSpeech'); }
  get generateMusic(): Verb<Host, 'generateMusic'> { return this.#verb('generateMusic'); }
  get generateSfx(): Verb<Host, 'generateSfx'> { return this.#verb('generateSfx'); }
  get generateImage(): Verb<Host, 'generateImage'> { return this.#verb('generateImage'); }
  get upscaleImage(): Verb<Host, 'upscaleImage'> { return this.#verb('upscaleImage'); }
  get textToVideo(): Verb<Host, 'textToVideo'> { return this.#verb('textToVideo'); }
  get imageToVideo(): Verb<Host, 'imageToVideo'> { return this.#verb('imageToVideo'); }
  get generate3d(): Verb<Host, 'generate3d'> { return this.#verb('generate3d'); }
  get removeBackground(): Verb<Host, 'removeBackground'> { return this.#verb('removeBackground'); }
  get transcribe(): Verb<Host, 'transcribe'> { return this.#verb('transcribe'); }
  get cloneVoice(): Verb<Host, 'cloneVoice'> { return this.#verb('cloneVoice'); }
  get listVoices(): Verb<Host, 'listVoices'> { return this.#verb('listVoices'); }
  get deleteVoice(): Verb<Host, 'deleteVoice'> { return this.#verb('deleteVoice'); }

  #verb<Name extends string>(name: Name): Verb<Host, Name> {
    const host = this.#host;
    const method: unknown = Reflect.get(host, name);
    const verb = typeof method === 'function' ? (...args: unknown[]): unknown => Reflect.apply(method, host, args)
      : (): Promise<never> => Promise.reject(new UnsupportedError(`unsupported: ${this.provider} does not offer ${name}`));
    return verb as Verb<Host, Name>;
  }
}
