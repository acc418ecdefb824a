import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

/** A button that opens the browser's file dialog. */
export function FilePicker({ onFiles, disabled = false, primary = false, label = 'Add files' }: {
  readonly onFiles: (files: readonly File[]) => void; readonly disabled?: boolean; readonly primary?: boolean; readonly label?: string;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={primary ? 'button primary' : 'button'} disabled={disabled} onClick={() => input.current?.click()}>{label}</button>
      <input
        ref={input} type="file" multiple hidden data-testid="files"
        accept=".md,.markdown,.txt,.html,.htm,.pdf,.csv,.tsv,.json,.jsonl,text/*,application/pdf,application/json"
        onChange={(event) => {
          const { currentTarget } = event;
          const files = [...currentTarget.files ?? []];
          // The same file may be chosen again.
          currentTarget.value = '';
          onFiles(files);
        }}
      />
    </>
  );
}
