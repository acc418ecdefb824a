import { UnsupportedError } from '../../base/error-classes.ts';
import { ChatMessage, Role } from '../../model/index.ts';

/** The reference's roles of messages for a local model. */
export const ChatRole: typeof Role = Role;
/** One of them. */
export type ChatRole = ChatMessage['role'];

/** The reference's message for a local model: a ChatMessage of text. */
export class ChatMessageInput extends ChatMessage {
  /** @throws UnsupportedError when there are images, which no local model of this package takes. */
  constructor(role: ChatRole, text: string, images: readonly unknown[] = []) {
    if (images.length > 0) throw new UnsupportedError('unsupported: local models take no images');
    super({ role, content: text });
  }

  get text(): string { return this.content ?? ''; }

  static fromText(role: ChatRole, text: string): ChatMessageInput {
    return new ChatMessageInput(role, text);
  }
}
