// The project's own documents, as files of the built page: the sample works offline too.
const urls: Record<string, string> = import.meta.glob(
  ['../../../README.md', '../../../CONTRIBUTING.md', '../../../CHANGELOG.md', '../../../docs/**/*.md', '!../../../docs/api/**'],
  { eager: true, query: '?url', import: 'default' },
);

/** Questions the sample answers. */
export const sampleQuestions: readonly string[] = [
  'Where does code that needs a host go?',
  'How do I add a provider?',
  'What may a room import?',
];

/** The sample's files. */
export async function loadSample(): Promise<File[]> {
  return Promise.all(Object.entries(urls).map(async ([path, url]) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`The sample '${path}' could not be loaded (${response.status})`);
    return new File([await response.blob()], path.replace('../../../', ''), { type: 'text/markdown' });
  }));
}
