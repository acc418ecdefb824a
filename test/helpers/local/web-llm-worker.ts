import { serveWebLlm } from '../../../src/local/chat/index.ts';

serveWebLlm();
