// What the pages and workers of the chat tests run: the door itself, for the tests to call.
import * as chat from '../../../src/local/chat/index.ts';

const lib = { ...chat, importWebLlm: () => import('@mlc-ai/web-llm') };
Object.assign(globalThis, { lib });

/** The door, as the page shows it. */
export type ChatPage = typeof lib;
