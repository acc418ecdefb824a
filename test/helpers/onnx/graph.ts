import { Message } from './protobuf.ts';

/** Element types of a tensor, by ONNX number. */
export const FLOAT = 1;
export const INT64 = 7;
export const BOOL = 9;

type ElementType = typeof FLOAT | typeof INT64 | typeof BOOL;
/** A whole number, several of them, or `{ float }`. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** Name, element type and lengths of an input or output; a length with a name may differ from call to call. */
export type Port = readonly [name: string, type: ElementType, dims: readonly (number | string)[]];

const IR_VERSION = 8;
const OPSET = 17;

/** An ONNX model being written: constants and nodes in the order in which they run. */
export class Graph {
  readonly #nodes: Message[] = [];
  readonly #constants: Message[] = [];
  #count = 0;

  /** A tensor that is part of the model; gives its name. */
  constant(dims: readonly number[], data: ArrayLike<number>, type: ElementType = FLOAT): string {
    const name = `constant_${this.#count++}`;
    const message = new Message();
    for (const dim of dims) message.int(1, dim);
    this.#constants.push(message.int(2, type).string(8, name).bytes(9, raw(data, type)));
    return name;
  }

  /** Whole numbers, as axes and indexes are given. */
  int64(dims: readonly number[], data: readonly number[]): string {
    return this.constant(dims, data, INT64);
  }

  /** One operation; gives the name of its output. */
  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, output = `value_${this.#count++}`): string {
    const message = new Message();
    for (const input of inputs) message.string(1, input);
    message.string(2, output).string(3, `${operator}_${output}`).string(4, operator);
    for (const [name, value] of Object.entries(attributes)) message.message(5, attribute(name, value));
    this.#nodes.push(message);
    return output;
  }

  /** The bytes of the model file. */
  finish(inputs: readonly Port[], outputs: readonly Port[]): Uint8Array<ArrayBuffer> {
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, 'test');
    for (const constant of this.#constants) graph.message(5, constant);
    for (const input of inputs) graph.message(11, port(input));
    for (const output of outputs) graph.message(12, port(output));
    return new Message().int(1, IR_VERSION).string(2, 'blazen-ts tests').message(7, graph)
      .message(8, new Message().string(1, '').int(2, OPSET)).finish();
  }
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, 2);
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  for (const item of value) message.int(8, item);
  return message.int(20, 7);
}

function port([name, type, dims]: Port): Message {
  const shape = new Message();
  for (const dim of dims) shape.message(1, typeof dim === 'number' ? new Message().int(1, dim) : new Message().string(2, dim));
  return new Message().string(1, name).message(2, new Message().message(1, new Message().int(1, type).message(2, shape)));
}

function raw(data: ArrayLike<number>, type: ElementType): Uint8Array {
  if (type === FLOAT) return new Uint8Array(Float32Array.from(data).buffer);
  if (type === INT64) return new Uint8Array(BigInt64Array.from(Array.from(data), BigInt).buffer);
  return Uint8Array.from(data);
}
