import { type Locator, type Page, test as base } from '@playwright/test';
import { expect } from '@playwright/test';
import { makePdf } from './make-pdf.ts';
import { type RandomQuestion, randomDocuments, randomSeed } from './random-documents.ts';

/** A file as it is put into the page. */
export interface UploadFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The demo in one tab, driven as a visitor would. */
export class DemoPage {
  readonly page: Page;
  /** Problems that a test causes on purpose. */
  readonly expected: RegExp[] = [];

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await expect(this.page.getByRole('heading', { name: 'Ask your documents' })).toBeVisible();
  }

  /** Chooses files in the file dialog and waits until all of them are dealt with. */
  async add(files: readonly UploadFile[]): Promise<void> {
    await this.choose(files);
    await this.settled();
  }

  async choose(files: readonly UploadFile[]): Promise<void> {
    await this.page.getByTestId('files').setInputFiles([...files]);
  }

  async settled(): Promise<void> {
    await expect(this.status).toHaveText(/ready|Cancelled/, { timeout: 180_000 });
    await expect(this.page.getByRole('button', { name: 'Add files' })).toBeEnabled();
  }

  get status(): Locator {
    return this.page.getByRole('status');
  }

  get documents(): Locator {
    return this.page.getByRole('list', { name: 'Documents that can be asked' }).getByRole('listitem');
  }

  /** The row of a file that was refused or cancelled. */
  fileRow(name: string): Locator {
    return this.page.locator('.file').filter({ hasText: name });
  }

  /** Asks, and gives the answer when it is complete. */
  async ask(question: string): Promise<Locator> {
    const turns = this.page.getByTestId('turn');
    const before = await turns.count();
    await this.page.getByLabel('Your question').fill(question);
    await this.page.getByRole('button', { name: 'Ask', exact: true }).click();
    const turn = turns.nth(before);
    await expect(turn).toBeVisible();
    await expect(this.page.getByRole('log')).toHaveAttribute('aria-busy', 'false');
    return turn;
  }

  chips(turn: Locator): Locator {
    return turn.getByRole('button', { name: /, show the citation$/ });
  }

  /** Text of the highlighted span; null when nothing is highlighted. */
  highlighted(): Promise<string | null> {
    return this.page.evaluate(() => {
      const ranges = [...CSS.highlights.get('citation') ?? []];
      return ranges.length === 0 ? null : ranges.map(String).join('|');
    });
  }

  /** Opens a citation and checks that the highlighted span is the quote, in its place, in sight. */
  async openCitation(chip: Locator): Promise<string> {
    const quote = await chip.getAttribute('data-quote');
    await chip.click();
    await expect.poll(() => this.highlighted()).toBe(quote);
    const inSight = await this.page.evaluate(() => {
      const [range] = [...CSS.highlights.get('citation') ?? []] as Range[];
      const box = document.querySelector('.source-box')?.getBoundingClientRect();
      const top = range?.getBoundingClientRect().top ?? -1;
      return box !== undefined && top >= box.top && top < box.bottom;
    });
    expect(inSight).toBe(true);
    return quote!;
  }

  /** The answer quotes the fact, and its first citations lead to a span that holds it. */
  async expectFact({ question, fact, file }: RandomQuestion): Promise<void> {
    const turn = await this.ask(question);
    const chips = this.chips(turn).filter({ hasText: file });
    await expect(chips.first()).toBeVisible();
    const quotes: string[] = [];
    for (const chip of await chips.all()) quotes.push(await this.openCitation(chip));
    expect(quotes.map((quote) => quote.replaceAll(/\s+/g, ' ')).join(' | ')).toContain(fact);
  }

  /** Waits until the next load can do without a network. */
  async readyForOffline(): Promise<void> {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      if (navigator.serviceWorker.controller === null) {
        await new Promise((done) => { navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }); });
      }
    });
  }
}

/** A text file of the given type. */
export function textFile(name: string, text: string, mimeType = 'text/plain'): UploadFile {
  return { name, mimeType, buffer: Buffer.from(text) };
}

/** A markdown, an HTML and a PDF document with random facts, and a question about each. */
export function threeDocuments(): { readonly seed: number; readonly files: UploadFile[]; readonly questions: RandomQuestion[]; readonly unanswerable: string } {
  const seed = randomSeed();
  const { files, questions, unanswerable } = randomDocuments(seed);
  const asPdf = (name: string): string => name.replace(/\.txt$/, '.pdf');
  return {
    seed, unanswerable,
    files: files.map(({ name, text }) => (name.endsWith('.txt')
      ? { name: asPdf(name), mimeType: 'application/pdf', buffer: Buffer.from(makePdf(text, { linesPerPage: 25 })) }
      : textFile(name, text, name.endsWith('.md') ? 'text/markdown' : 'text/html'))),
    questions: files.map(({ name }) => questions.find((question) => question.file === name)!)
      .map((question) => ({ ...question, file: asPdf(question.file) })),
  };
}

/** A test with the demo open; it fails when the page broke its policy, threw, opened a dialog or called somebody else. */
export const test = base.extend<{ demo: DemoPage }>({
  demo: async ({ page, baseURL }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(`threw ${String(error)}`));
    page.on('dialog', (dialog) => {
      problems.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    // Breaches in the page and in its worker are both told on the console.
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content Security Policy|TrustedHTML|TrustedScript/.test(message.text())) problems.push(`console ${message.text()}`);
    });
    page.context().on('request', (request) => {
      if (!request.url().startsWith(baseURL!) && !request.url().startsWith('blob:')) problems.push(`request ${request.url()}`);
    });
    await page.exposeFunction('reportBreach', (text: string) => problems.push(`breach ${text}`));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => {
        const { reportBreach } = globalThis as unknown as { reportBreach: (text: string) => void };
        reportBreach(`${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const demo = new DemoPage(page);
    await demo.open();
    await use(demo);
    expect(problems.filter((problem) => !demo.expected.some((pattern) => pattern.test(problem)))).toEqual([]);
  },
});

export { expect };
