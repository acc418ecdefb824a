/** Samples to each side that take part in one: enough to keep what is above half the new rate 60 dB down. */
const SIDE = 24;

/**
 * The same sound at another rate: interpolation by a sinc under a Hann window, low-passed when the rate falls, so that
 * nothing is folded down (Smith, "Digital Audio Resampling", 2002).
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const cut = Math.min(1, to / from);
  const side = Math.ceil(SIDE / cut);
  const result = new Float32Array(Math.round(samples.length * to / from));
  for (let i = 0; i < result.length; i++) {
    const center = i * from / to;
    const first = Math.max(0, Math.ceil(center - side));
    const last = Math.min(samples.length - 1, Math.floor(center + side));
    let sum = 0;
    for (let j = first; j <= last; j++) {
      const x = j - center;
      const phase = Math.PI * x * cut;
      const sinc = x === 0 ? 1 : Math.sin(phase) / phase;
      sum += (samples[j] as number) * sinc * (0.5 + 0.5 * Math.cos(Math.PI * x / side));
    }
    result[i] = sum * cut;
  }
  return result;
}

/** The mean of the channels. */
export function mixDown(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), ...others] = channels;
  if (others.length === 0) return first;
  return first.map((value, i) => others.reduce((sum, channel) => sum + (channel[i] ?? 0), value) / channels.length);
}
