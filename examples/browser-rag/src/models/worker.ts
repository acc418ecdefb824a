import { serveWorker } from 'blazen-ts/local';
import { allowOwnThreads } from '../trusted-types.ts';
import { modelMethods } from './methods.ts';

allowOwnThreads();
serveWorker(globalThis, modelMethods);
