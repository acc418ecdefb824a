import { crc32 } from '../base/crc32.ts';
import { ResponseFormatError } from '../base/error-classes.ts';

/** One frame: its string headers (`:event-type`, `:message-type`, `:exception-type` …) and its payload as text. */
export type AwsFrameListener = (headers: Readonly<Record<string, string>>, payload: string) => void;

// Frame: total length (4), header length (4), CRC of those 8 bytes (4), headers, payload, CRC of all before (4); big endian.
const PRELUDE = 12;
const TRAILER = 4;
const MAX_FRAME = 24 * 1024 * 1024;
/** Bytes of each header value type that has a fixed size: bool, bool, byte, short, int, long, -, -, timestamp, uuid. */
const FIXED_SIZES = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];
const TYPE_STRING = 7;

/**
 * Decode application/vnd.amazon.eventstream from bytes as they come.
 *
 * @throws ResponseFormatError from `push` for a damaged frame.
 */
export class AwsEventStreamDecoder {
  readonly #listener: AwsFrameListener;
  readonly #text = new TextDecoder();
  #rest = new Uint8Array(0);

  constructor(listener: AwsFrameListener) { this.#listener = listener; }

  /** Decode the next bytes; calls the listener for each complete frame. */
  push(bytes: Uint8Array): void {
    let data = bytes;
    if (this.#rest.length > 0) {
      data = new Uint8Array(this.#rest.length + bytes.length);
      data.set(this.#rest);
      data.set(bytes, this.#rest.length);
    }
    let offset = 0;
    while (data.length - offset >= PRELUDE) {
      const view = new DataView(data.buffer, data.byteOffset + offset);
      const total = view.getUint32(0);
      if (view.getUint32(8) !== crc32(data.subarray(offset, offset + 8))) throw damaged('the checksum of a frame head is wrong');
      if (total < PRELUDE + TRAILER || total > MAX_FRAME) throw damaged(`a frame claims ${total} bytes`);
      if (data.length - offset < total) break;
      this.#frame(data.subarray(offset, offset + total), view);
      offset += total;
    }
    this.#rest = data.slice(offset);
  }

  /** True between two frames: a stream that ends elsewhere was cut. */
  get atBoundary(): boolean { return this.#rest.length === 0; }

  #frame(frame: Uint8Array, view: DataView): void {
    const bodyEnd = frame.length - TRAILER;
    if (view.getUint32(bodyEnd) !== crc32(frame.subarray(0, bodyEnd))) throw damaged('the checksum of a frame is wrong');
    const headersEnd = PRELUDE + view.getUint32(4);
    if (headersEnd > bodyEnd) throw damaged('the headers are longer than their frame');
    const headers: Record<string, string> = {};
    for (let i = PRELUDE; i < headersEnd;) {
      const nameEnd = i + 1 + (frame[i] as number);
      const type = frame[nameEnd] as number;
      let start = nameEnd + 1;
      let size = FIXED_SIZES[type] ?? -2;
      if (size === -1) {
        size = start + 2 <= headersEnd ? view.getUint16(start) : -2;
        start += 2;
      }
      if (size < 0 || start + size > headersEnd) throw damaged('a header is malformed');
      if (type === TYPE_STRING) {
        headers[this.#text.decode(frame.subarray(i + 1, nameEnd))] = this.#text.decode(frame.subarray(start, start + size));
      }
      i = start + size;
    }
    this.#listener(headers, this.#text.decode(frame.subarray(headersEnd, bodyEnd)));
  }
}

function damaged(reason: string): ResponseFormatError {
  return new ResponseFormatError(`Cannot read the AWS event stream: ${reason}`);
}
