// The Prompt API of browsers as its specification documents it, as far as it is used here.

/** Which kinds of content, in which languages, a session will read or write. */
export interface PromptApiExpected {
  readonly type: 'text' | 'image' | 'audio';
  /** BCP 47 tags, such as `en`. */
  readonly languages?: readonly string[];
}

/** What decides whether a session can be had. */
export interface PromptApiCore {
  readonly expectedInputs?: readonly PromptApiExpected[];
  readonly expectedOutputs?: readonly PromptApiExpected[];
  readonly temperature?: number;
  readonly topK?: number;
}

/** A message in the browser's words. */
export interface PromptApiMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Tells how far a download has come: `loaded` and `total` are parts of one, not bytes. */
export interface PromptApiMonitor {
  addEventListener(type: 'downloadprogress', listener: (event: { readonly loaded: number; readonly total: number }) => void): void;
}

/** How a session is created. */
export interface PromptApiCreate extends PromptApiCore {
  readonly initialPrompts?: readonly PromptApiMessage[];
  readonly signal?: AbortSignal;
  readonly monitor?: (monitor: PromptApiMonitor) => void;
}

/** How an answer is asked for. */
export interface PromptApiPrompt {
  readonly signal?: AbortSignal;
  /** A JSON Schema. */
  readonly responseConstraint?: object;
}

/** A conversation the browser holds. The two spellings of sizes are those of newer and older browsers. */
export interface PromptApiSession {
  prompt(input: string, options?: PromptApiPrompt): Promise<string>;
  promptStreaming(input: string, options?: PromptApiPrompt): ReadableStream<string>;
  clone(options?: { readonly signal?: AbortSignal }): Promise<PromptApiSession>;
  destroy(): void;
  addEventListener(type: string, listener: () => void): void;
  readonly contextUsage?: number;
  readonly inputUsage?: number;
  measureContextUsage?(input: string, options?: PromptApiPrompt): Promise<number>;
  measureInputUsage?(input: string, options?: PromptApiPrompt): Promise<number>;
}

/** `globalThis.LanguageModel`. */
export interface PromptApiFactory {
  availability(options?: PromptApiCore): Promise<string>;
  create(options?: PromptApiCreate): Promise<PromptApiSession>;
  params?(): Promise<{ readonly defaultTopK: number; readonly defaultTemperature: number } | null>;
}
