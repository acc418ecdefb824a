import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Takes files that are dropped anywhere on the page, and files or text that are pasted outside of a text field. */
export function DropTarget({ onFiles, children }: {
  readonly onFiles: (files: readonly File[]) => void; readonly children: ComponentChildren;
}): JSX.Element {
  const [over, setOver] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    addEventListener('dragover', (event) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setOver(true);
    }, { signal });
    addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) setOver(false);
    }, { signal });
    addEventListener('drop', (event) => {
      setOver(false);
      const files = [...event.dataTransfer?.files ?? []];
      if (files.length === 0) return;
      event.preventDefault();
      take.current(files);
    }, { signal });
    addEventListener('paste', (event) => {
      if (event.target instanceof HTMLElement && event.target.closest('textarea, input') !== null) return;
      const files = pasted(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      take.current(files);
    }, { signal });
    return () => controller.abort();
  }, []);

  return <div class={over ? 'drop-target over' : 'drop-target'}>{children}</div>;
}

function pasted(data: DataTransfer | null): File[] {
  const files = [...data?.files ?? []];
  if (files.length > 0) return files;
  const text = data?.getData('text/plain') ?? '';
  if (text.trim() === '') return [];
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-').replace('T', ' ');
  return [new File([text], `Pasted text ${time}.md`, { type: 'text/markdown' })];
}
