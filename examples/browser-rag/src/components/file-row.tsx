import type { JSX } from 'preact';
import type { FileProgress } from '../state/use-library.ts';

/** One file on its way in: how far it is, or why it could not be used. */
export function FileRow({ file }: { readonly file: FileProgress }): JSX.Element {
  const text = describe(file);
  const counted = (file.state === 'reading' || file.state === 'storing') && file.total > 0 ? { value: file.done, max: file.total } : {};
  return (
    <li class={`file ${file.state}`} data-state={file.state}>
      <span class="name" title={file.name}>{file.name}</span>
      <span class="meta">{text}</span>
      {(file.state === 'reading' || file.state === 'storing') && <progress aria-label={`${file.name}: ${text}`} {...counted} />}
    </li>
  );
}

function describe(file: FileProgress): string {
  switch (file.state) {
    case 'waiting': return `Waiting, ${size(file.size)}`;
    case 'reading': return file.unit === null ? `Reading ${size(file.size)}` : `Reading page ${file.done} of ${file.total}`;
    case 'storing': return `Passage ${file.done.toLocaleString('en')} of ${file.total.toLocaleString('en')}`;
    case 'done': return `Ready, ${file.chunks.toLocaleString('en')} ${file.chunks === 1 ? 'passage' : 'passages'}`;
    case 'failed': return file.message;
    case 'cancelled': return 'Cancelled';
  }
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(0)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
