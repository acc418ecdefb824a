/** XXH32 checksum of the bytes, seed 0: notices damage at the speed of memory, no protection against forgery. */
export function xxh32(bytes: Uint8Array): number {
  // Declared here, they stay constants for the compiler also where a bundler turns those of a module into variables.
  const P1 = 0x9e3779b1 | 0;
  const P2 = 0x85ebca77 | 0;
  const P3 = 0xc2b2ae3d | 0;
  const P4 = 0x27d4eb2f;
  const P5 = 0x165667b1;
  const { length } = bytes;
  // Words are read many times faster through a view of words, which only aligned bytes can have.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, length >>> 2);
  const whole = (length & ~15) >>> 2;
  let hash = P5;
  if (whole > 0) {
    let a = (P1 + P2) | 0;
    let b = P2;
    let c = 0;
    let d = -P1 | 0;
    for (let word = 0; word < whole; word += 4) {
      a = (a + Math.imul(words[word] as number, P2)) | 0;
      a = Math.imul((a << 13) | (a >>> 19), P1);
      b = (b + Math.imul(words[word + 1] as number, P2)) | 0;
      b = Math.imul((b << 13) | (b >>> 19), P1);
      c = (c + Math.imul(words[word + 2] as number, P2)) | 0;
      c = Math.imul((c << 13) | (c >>> 19), P1);
      d = (d + Math.imul(words[word + 3] as number, P2)) | 0;
      d = Math.imul((d << 13) | (d >>> 19), P1);
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  }
  hash = (hash + length) | 0;
  for (const word of words.subarray(whole)) hash = Math.imul(rotate((hash + Math.imul(word, P3)) | 0, 17), P4);
  for (const byte of bytes.subarray(length & ~3)) hash = Math.imul(rotate((hash + Math.imul(byte, P5)) | 0, 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
