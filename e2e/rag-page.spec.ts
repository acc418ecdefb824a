import type { Page } from '@playwright/test';
import { DemoPage, expect, test, textFile, threeDocuments, type UploadFile } from '../test/helpers/demo-page.ts';

// Used by: somebody who opens the demo and asks about their own files. The facts are random, so no answer can be known.

test('documents are asked, survive a reload, and are asked again offline', async ({ demo, page, context }, info) => {
  const { seed, files, questions, unanswerable } = threeDocuments();
  info.annotations.push({ type: 'seed', description: String(seed) });
  const names = files.map(({ name }) => name);

  await test.step('three documents are taken in, the PDF too', async () => {
    await demo.add(files);
    await expect(demo.status).toHaveText(/^3 documents ready, \d+ passages$/);
    await expect(demo.documents).toHaveCount(3);
  });
  for (const question of questions) {
    await test.step(`${question.question} leads to the fact in ${question.file}`, () => demo.expectFact(question));
  }
  await test.step('what no document holds is not answered', async () => {
    const turn = await demo.ask(unanswerable);
    await expect(demo.chips(turn)).toHaveCount(0);
    await expect(turn).toContainText('Nothing in the documents answers this question');
  });
  await test.step('the library is there after a reload', async () => {
    await page.reload();
    await expect(demo.documents).toHaveCount(3);
    for (const name of names) await expect(demo.documents.filter({ hasText: name })).toHaveCount(1);
    await demo.expectFact(questions[1]!);
  });
  await test.step('page, documents and PDF reader work without a network', async () => {
    await demo.readyForOffline();
    await context.setOffline(true);
    await page.reload();
    await expect(demo.documents).toHaveCount(3);
    await demo.expectFact(questions[2]!);
    const more = threeDocuments();
    await demo.add(more.files);
    await demo.expectFact(more.questions[2]!);
    await context.setOffline(false);
  });
});

test('files and text can be dropped and pasted', async ({ demo, page }) => {
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['# Dropped\n\nThe dropped heron stands by the lake.'], 'dropped.md', { type: 'text/markdown' }));
    return transfer;
  });
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  await demo.settled();
  await page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'The pasted otter sleeps on its back.');
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  });
  await expect(demo.documents).toHaveCount(2);
  await expect(demo.chips(await demo.ask('Where does the heron stand?')).first()).toContainText('dropped.md');
  await expect(demo.chips(await demo.ask('How does the otter sleep?')).first()).toContainText('Pasted text');
});

test('the sample answers the questions it suggests', async ({ demo, page }) => {
  await page.getByRole('button', { name: /Try it with/ }).click();
  await demo.settled();
  const suggestions = page.getByRole('list', { name: 'Questions to try' }).getByRole('button');
  for (const question of await suggestions.allTextContents()) {
    await expect(demo.chips(await demo.ask(question)).first()).toBeVisible();
  }
});

test('cancelling keeps the finished files and leaves nothing of the others', async ({ demo, page }) => {
  const { files, questions } = threeDocuments();
  const small = files.slice(0, 2);
  await whenStoring(page, 'long.txt', 'cancel');
  await demo.choose([...small, longFile()]);
  await expect(demo.status).toHaveText('Cancelled. What was finished is kept');
  await expect(demo.fileRow('long.txt')).toContainText('Cancelled');
  await expect(demo.documents).toHaveCount(2);
  await expect(page.getByTestId('run').first()).toHaveAttribute('data-status', 'aborted');
  await demo.expectFact(questions[0]!);
  await expect(demo.chips(await demo.ask('What is the zyxwquart?'))).toHaveCount(0);
  await page.reload();
  await expect(demo.documents).toHaveCount(2);
  await expect(demo.chips(await demo.ask('What is the zyxwquart?'))).toHaveCount(0);
});

test('a tab that is closed in the middle of a file leaves a clean library', async ({ demo, page }) => {
  const reloaded = page.waitForEvent('load');
  await whenStoring(page, 'long.txt', 'reload');
  await demo.choose([textFile('small.md', 'The small badger digs.'), longFile()]);
  await reloaded;
  await expect(demo.documents).toHaveCount(1);
  await expect(demo.chips(await demo.ask('What does the badger do?')).first()).toContainText('small.md');
  await expect(demo.chips(await demo.ask('What is the zyxwquart?'))).toHaveCount(0);
});

test('a document that is added again replaces the old one, and a removed one is not found', async ({ demo, page }) => {
  await demo.add([textFile('notes.md', 'The walrus weighs 900 kilograms.'), textFile('other.md', 'The lynx is shy.')]);
  await demo.add([textFile('notes.md', 'The walrus weighs 1200 kilograms.')]);
  await expect(demo.documents).toHaveCount(2);
  const turn = await demo.ask('What does the walrus weigh?');
  expect(await demo.openCitation(demo.chips(turn).first())).toContain('1200');
  await page.getByRole('button', { name: 'Close the source' }).click();
  await page.getByRole('button', { name: 'Remove notes.md' }).click();
  await expect(demo.documents).toHaveCount(1);
  await expect(demo.chips(await demo.ask('What does the walrus weigh?'))).toHaveCount(0);
});

test('the run log shows the steps of both workflows as the engine logs them', async ({ demo, page }) => {
  await demo.add([textFile('notes.md', 'The walrus weighs 900 kilograms.')]);
  const runs = page.getByTestId('run');
  await expect(runs).toHaveCount(1);
  await expect(runs.first()).toHaveAttribute('data-status', 'completed');
  for (const step of ['plan', 'load', 'store', 'finish']) await expect(runs.first().locator('b', { hasText: step }).first()).toBeVisible();
  await demo.ask('What does the walrus weigh?');
  await expect(runs).toHaveCount(2);
  await expect(runs.first()).toContainText('ask');
  await expect(runs.first()).toContainText('PassagesFound');
});

test('a second tab of the same browser sees the documents', async ({ demo, context }) => {
  await demo.add([textFile('notes.md', 'The walrus weighs 900 kilograms.')]);
  const second = new DemoPage(await context.newPage());
  await second.open();
  await expect(second.documents).toHaveCount(1);
  await expect(second.chips(await second.ask('What does the walrus weigh?')).first()).toBeVisible();
});

/** Takes seconds to store, so that it can be stopped in the middle. */
/** Does it from inside the page, at the moment the file's first passages are stored: from outside it might be too late. */
async function whenStoring(page: Page, file: string, action: 'cancel' | 'reload'): Promise<void> {
  await page.evaluate(([name, what]) => {
    const observer = new MutationObserver(() => {
      const bars = [...document.querySelectorAll('progress')].filter((bar) => bar.closest('.file')?.textContent?.includes(name));
      if (!bars.some((bar) => bar.value > 0)) return;
      observer.disconnect();
      if (what === 'reload') location.reload();
      else [...document.querySelectorAll('button')].find((button) => button.textContent === 'Cancel')?.click();
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  }, [file, action] as const);
}

function longFile(): UploadFile {
  const paragraphs = Array.from({ length: 80_000 }, (_, index) => `Paragraph ${index} speaks of the zyxwquart and of nothing else, at some length, to fill the page.`);
  return textFile('long.txt', paragraphs.join('\n\n'));
}
