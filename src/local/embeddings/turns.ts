import { Mutex } from '../mutex.ts';

/** Two calls at once into ONNX Runtime fail or hang on WebGPU, whichever sessions they are for; all models share the runtime. */
export const turns: Mutex = new Mutex();
