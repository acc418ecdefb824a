import type { JsonObject } from '../../base/json.ts';
import { RequestWatch, createFetch, type ApiKey, type Env, type FailureContext, type FetchLike } from '../../http/index.ts';
import { ResultAssembler } from '../../model/index.ts';
import type { ChatModelSpec, CompletionRequest, CompletionResult, RequestTimeouts, StreamPart } from '../../spec/completion.ts';
import { AnswerStream } from './answer-stream.ts';
import { authorize, joinUrl, lowerCase } from './authorize.ts';
import type { Dialect } from './dialect.ts';

/** Options every provider takes. */
export interface ProviderOptions {
  /** The key, or a function that gives it; default the provider's environment variable. */
  readonly apiKey?: ApiKey;
  /** Model id; default the provider's. */
  readonly model?: string;
  /** Address of the API, for proxies and compatible servers. */
  readonly baseUrl?: string;
  /** Extra HTTP headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the transport; called like `fetch(url, init)`. */
  readonly fetch?: FetchLike;
  /** Variables to look the key up in before the runtime's own; on Workers the handler's `env`. */
  readonly env?: Env;
  /** Default timeouts of every request. */
  readonly timeouts?: RequestTimeouts;
}

/** A request ready to be authorised and sent. */
export interface WireRequest {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Who serves a model and how requests to it are authorised. */
export interface ProviderAccess {
  readonly provider: string;
  /** Environment variable of the key. */
  readonly keyVariable: string;
  /** True for servers that need no key. */
  readonly keyOptional?: boolean;
  /** Header that carries the key; default `authorization: Bearer …`. */
  readonly keyHeader?: (key: string) => Readonly<Record<string, string>>;
  /** Replaces the key header: signs the request. `secrets` gets what must not show in errors. */
  readonly authorize?: (request: WireRequest, secrets: string[]) => Promise<Readonly<Record<string, string>>>;
}

/** A provider's chat models as data. */
export interface ProviderRow extends ProviderAccess {
  readonly dialect: Dialect;
  readonly baseUrl: string;
  readonly model: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const FIRST_CHUNK_MS = 120_000;
const WHOLE_ANSWER_MS = 600_000;
const IDLE_MS = 60_000;

/** A chat model of a provider, reached over HTTP. */
export class WireModel implements ChatModelSpec {
  readonly provider: string;
  readonly modelId: string;
  readonly #row: ProviderRow;
  readonly #options: ProviderOptions;
  readonly #fetch: FetchLike;

  constructor(row: ProviderRow, options: ProviderOptions) {
    this.provider = row.provider;
    this.modelId = options.model ?? row.model;
    this.#row = row;
    this.#options = options;
    this.#fetch = createFetch(options.fetch);
  }

  async doComplete(request: CompletionRequest): Promise<CompletionResult> {
    const assembler = new ResultAssembler();
    for await (const part of this.#answer(request, false)) assembler.add(part);
    return assembler.result(request.model ?? this.modelId, request.metadata);
  }

  doStream(request: CompletionRequest): AsyncIterable<StreamPart> {
    return this.#answer(request, true);
  }

  #answer(request: CompletionRequest, stream: boolean): AnswerStream {
    const { dialect, provider } = this.#row;
    const model = request.model ?? this.modelId;
    const base = (this.#options.baseUrl ?? this.#row.baseUrl).replace(/\/+$/, '');
    const url = joinUrl(base, dialect.path(model, stream));
    const secrets: string[] = [];
    const context: FailureContext = { provider, endpoint: url.replace(/\?.*$/, ''), secrets };
    return new AnswerStream(dialect, context, () => {
      const timeouts = { ...this.#options.timeouts, ...request.timeouts };
      const watch = new RequestWatch({
        firstChunkMs: timeouts.firstChunkMs ?? (stream ? FIRST_CHUNK_MS : WHOLE_ANSWER_MS), idleMs: timeouts.idleMs ?? IDLE_MS,
        totalMs: timeouts.totalMs ?? 0,
      }, context, request.signal);
      return { watch, send: () => this.#send(request, url, { model, stream, provider }, watch, secrets) };
    });
  }

  async #send(
    request: CompletionRequest, url: string, context: { model: string; stream: boolean; provider: string }, watch: RequestWatch, secrets: string[],
  ): Promise<Response> {
    const body: JsonObject = { ...this.#row.dialect.encode(request, context), ...request.providerOptions };
    const wire: WireRequest = {
      url, method: 'POST', body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json', ...this.#row.headers, ...lowerCase(this.#options.headers), ...lowerCase(request.headers),
      },
    };
    const authorization = await authorize(this.#row, this.#options, wire, secrets);
    try {
      return await this.#fetch(url, { method: wire.method, body: wire.body, headers: { ...wire.headers, ...authorization }, signal: watch.signal });
    } catch (error) {
      throw watch.failure(error);
    }
  }
}
