/** Bits of a SimHash. */
export const BITS = 64;
const BAND_BITS = 8;
const GRAM = 3;

/** The 64-bit SimHash of a text over its character trigrams, as two unsigned 32-bit halves, low one first. */
export function simhash(text: string): readonly [number, number] {
  const folded = ` ${text.toLowerCase().replaceAll(/\s+/g, ' ').trim()} `;
  const votes = new Int32Array(BITS);
  for (let start = 0; start + GRAM <= Math.max(folded.length, GRAM); start++) {
    let [low, high] = [0x811c9dc5, 0x9e3779b9];
    for (let i = start; i < Math.min(start + GRAM, folded.length); i++) {
      low = Math.imul(low ^ folded.charCodeAt(i), 0x01000193);
      high = Math.imul(high ^ folded.charCodeAt(i), 0x85ebca6b);
    }
    low = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d);
    high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    low ^= low >>> 16;
    high ^= high >>> 16;
    for (let bit = 0; bit < 32; bit++) {
      votes[bit] = (votes[bit] as number) + ((low >>> bit) & 1) * 2 - 1;
      votes[bit + 32] = (votes[bit + 32] as number) + ((high >>> bit) & 1) * 2 - 1;
    }
  }
  const half = (from: number): number => votes.subarray(from, from + 32).reduce((sum, vote, bit) => (vote > 0 ? sum | (1 << bit) : sum), 0) >>> 0;
  return [half(0), half(32)];
}

/** LSH band keys of a text: eight bands of eight bits. Similar texts share at least one with high probability. */
export function textBands(text: string): string[] {
  const halves = simhash(text);
  return Array.from({ length: BITS / BAND_BITS }, (_, band) => {
    const value = ((halves[band >> 2] as number) >>> ((band & 3) * BAND_BITS)) & (2 ** BAND_BITS - 1);
    return `${band}:${value.toString(16).padStart(2, '0')}`;
  });
}
