import { UnsupportedError } from '../base/error-classes.ts';

/** Is told how a download goes: subclass it and override `onProgress`. A plain function does as well. */
export class ProgressCallback {
  /**
   * @param downloaded bytes so far
   * @param total bytes in all; null when the server does not say
   * @throws UnsupportedError unless it is overridden.
   */
  onProgress(_downloaded: bigint, _total?: bigint | null): void {
    throw new UnsupportedError('unsupported: a ProgressCallback must override onProgress');
  }
}

/** What `ModelCache.download` reports to. */
export type DownloadProgress = ProgressCallback | ((downloaded: bigint, total: bigint | null) => void);

/** The function behind either form. */
export function progressFunction(progress: DownloadProgress): (downloaded: number, total: number | null) => void {
  const report = typeof progress === 'function' ? progress : (downloaded: bigint, total: bigint | null) => progress.onProgress(downloaded, total);
  return (downloaded, total) => report(BigInt(downloaded), total === null ? null : BigInt(total));
}
