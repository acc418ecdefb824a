import type { JsonObject, JsonValue } from '../base/json.ts';
import type { CompletionResult, FinishReason, GeneratedFile, Source, StreamPart, TokenUsage } from '../spec/completion.ts';
import type { ContentPart, Message, ProviderData } from '../spec/message.ts';
import type { ToolCall } from '../spec/tool.ts';

type OpenBlock = { type: 'text' | 'reasoning'; text: string; providerData?: ProviderData };

/** Puts the parts of an answer together; the result can be read at any time. */
export class ResultAssembler {
  /** In the order of the answer; a call that is not complete yet holds its place with null. */
  readonly #content: (ContentPart | OpenBlock | null)[] = [];
  readonly #places = new Map<number, number>();
  #open: OpenBlock | undefined;
  readonly #calls: ToolCall[] = [];
  readonly #sources: Source[] = [];
  readonly #files: GeneratedFile[] = [];
  #id: string | undefined;
  #model: string | undefined;
  #usage: TokenUsage | undefined;
  #cost: number | undefined;
  #finish: { finishReason: FinishReason; rawFinishReason?: string } | undefined;
  /** True when anything a reader could use has come. */
  hasContent = false;

  add(part: StreamPart): void {
    switch (part.type) {
      case 'text': return this.#grow('text', part.delta);
      case 'reasoning': return this.#grow('reasoning', part.text);
      case 'block-end': {
        const block = this.#open?.type === part.block ? this.#open : this.#begin(part.block);
        if (part.providerData) block.providerData = part.providerData;
        this.#open = undefined;
        return;
      }
      case 'tool-call':
        this.hasContent = true;
        if (part.state === 'start') this.#place(part.index);
        else if (part.state === 'end') this.#complete(part.index, part.toolCalls[0] as ToolCall);
        return;
      case 'provider':
        this.#open = undefined;
        this.#content.push({ type: 'provider', name: part.name, providerData: part.providerData });
        return;
      case 'file':
        this.hasContent = true;
        this.#open = undefined;
        this.#files.push(part.file);
        this.#content.push(toContent(part.file, part.providerData));
        return;
      case 'source': this.#sources.push(part.source); return;
      case 'start': this.#id = part.id; this.#model = part.model; return;
      case 'usage': this.#usage = part.usage; this.#cost = part.cost ?? this.#cost; return;
      case 'finish': this.#finish = part; return;
      case 'decision': case 'error':
    }
  }

  /** What came so far; without a `finish` part the reason is 'incomplete'. */
  result(model: string, metadata: JsonObject = {}): CompletionResult {
    const content = this.#content.filter((part) => part !== null) as ContentPart[];
    const texts = content.filter((part) => part.type === 'text').map((part) => part.text);
    const thoughts = content.filter((part) => part.type === 'reasoning').map((part) => part.text).join('');
    const [only] = content;
    const plain = content.length === 0 || (content.length === 1 && only?.type === 'text' && only.providerData === undefined);
    const message: Message = { role: 'assistant', content: plain ? texts.join('') : content };
    const finish = this.#finish ?? { finishReason: 'incomplete' as const };
    return {
      ...(texts.length > 0 ? { content: texts.join('') } : {}),
      ...(thoughts === '' ? {} : { reasoning: thoughts }),
      toolCalls: this.#calls, model: this.#model ?? model, finishReason: finish.finishReason,
      ...(finish.rawFinishReason === undefined ? {} : { rawFinishReason: finish.rawFinishReason }),
      ...(this.#usage ? { usage: this.#usage } : {}), ...(this.#cost === undefined ? {} : { cost: this.#cost }),
      sources: this.#sources, images: this.#media('image/'), audio: this.#media('audio/'), videos: this.#media('video/'),
      metadata: { ...metadata, ...(this.#id ? { id: this.#id } : {}) }, message,
    };
  }

  #grow(type: 'text' | 'reasoning', more: string): void {
    this.hasContent = true;
    const block = this.#open?.type === type ? this.#open : this.#begin(type);
    block.text += more;
  }

  #begin(type: 'text' | 'reasoning'): OpenBlock {
    this.#open = { type, text: '' };
    this.#content.push(this.#open);
    return this.#open;
  }

  #place(index: number): number {
    this.#open = undefined;
    this.#places.set(index, this.#content.length);
    return this.#content.push(null) - 1;
  }

  #complete(index: number, call: ToolCall): void {
    this.#calls.push(call);
    this.#content[this.#places.get(index) ?? this.#place(index)] = { type: 'tool-call', ...call };
  }

  #media(kind: string): readonly GeneratedFile[] {
    return this.#files.filter((file) => file.mediaType.startsWith(kind));
  }
}

function toContent(file: GeneratedFile, providerData: ProviderData | undefined): ContentPart {
  const source = file.base64 === undefined ? { type: 'url' as const, url: file.url ?? '' } : { type: 'base64' as const, data: file.base64 };
  const kind = file.mediaType.split('/')[0];
  const type = kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file';
  return { type, source, mediaType: file.mediaType, ...(providerData ? { providerData } : {}) };
}

/** The parts of a finished answer, for code that only knows streams. */
export function* toParts(result: CompletionResult): Generator<StreamPart> {
  const none: readonly ToolCall[] = [];
  const id = result.metadata['id'];
  yield { type: 'start', model: result.model, toolCalls: none, ...(typeof id === 'string' ? { id } : {}) };
  const { content } = result.message;
  let index = 0;
  for (const part of typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content) {
    if (part.type === 'text' || part.type === 'reasoning') {
      if (part.text !== '') yield part.type === 'text' ? { type: 'text', delta: part.text, toolCalls: none } : { type: 'reasoning', text: part.text, toolCalls: none };
      yield { type: 'block-end', block: part.type, toolCalls: none, ...(part.providerData ? { providerData: part.providerData } : {}) };
    } else if (part.type === 'tool-call') {
      const { type: _type, cacheControl: _cache, ...call } = part;
      const shared = { type: 'tool-call' as const, id: call.id, name: call.name, index: index++, partialArguments: call.arguments as JsonValue };
      yield { ...shared, state: 'start', argumentsDelta: '', toolCalls: none };
      yield { ...shared, state: 'delta', argumentsDelta: call.raw, toolCalls: none };
      yield { ...shared, state: 'end', argumentsDelta: '', toolCalls: [call] };
    } else if (part.type === 'provider') {
      yield { type: 'provider', name: part.name, providerData: part.providerData ?? {}, toolCalls: none };
    }
  }
  for (const file of [...result.images, ...result.audio, ...result.videos]) yield { type: 'file', file, toolCalls: none };
  for (const source of result.sources) yield { type: 'source', source, toolCalls: none };
  if (result.usage) yield { type: 'usage', usage: result.usage, toolCalls: none, ...(result.cost === undefined ? {} : { cost: result.cost }) };
  if (result.finishReason !== undefined && result.finishReason !== 'incomplete') {
    yield { type: 'finish', finishReason: result.finishReason, toolCalls: none, ...(result.rawFinishReason ? { rawFinishReason: result.rawFinishReason } : {}) };
  }
}
