import type { JSX } from 'preact';
import { FilePicker } from './file-picker.tsx';

/** What a visitor without documents sees: one thing to do. */
export function FirstRun({ onFiles, onSample }: {
  readonly onFiles: (files: readonly File[]) => void; readonly onSample: () => void;
}): JSX.Element {
  return (
    <section class="first-run" aria-labelledby="first-run-title">
      <h2 id="first-run-title">Drop files here to begin</h2>
      <p>Markdown, text, HTML, PDF, CSV, JSON or code. You can also paste text.</p>
      <FilePicker primary onFiles={onFiles} label="Choose files" />
      <p class="or">
        Nothing at hand? <button type="button" class="link" onClick={onSample}>Try it with this project’s own documents</button>
      </p>
    </section>
  );
}
