import type { Locator, Page } from '@playwright/test';
import { chromiumLaunch } from '../scripts/chromium.mjs';
import { SAID } from '../test/helpers/demo-models.ts';
import { expect, test, textFile } from '../test/helpers/demo-page.ts';
import { makeWav, tone } from '../test/helpers/make-wav.ts';
import { WHISPER_SENTENCE } from '../test/helpers/tiny-whisper.ts';

// Used by: somebody who lets models of their own device answer and listen. The models are tiny and say one thing; what
// computes them is real.

// A microphone that beeps, and nobody who asks whether it may be used.
test.use({ launchOptions: { ...chromiumLaunch(), args: [...chromiumLaunch().args, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] } });

// Compiling what computes a model takes long where many other things are going on.
test.slow();
const patience = { timeout: 180_000 };

const heron = textFile('lake.md', '# Lake\n\nThe heron stands by the lake. The otter sleeps on its back.', 'text/markdown');
const row = (page: Page, id: string) => page.getByTestId('model').filter({ hasText: id });

async function start(page: Page, id: string): Promise<void> {
  await row(page, id).getByRole('button', { name: `Download ${id}` }).click();
  await row(page, id).getByRole('button', { name: `Use ${id}` }).click();
  await expect(row(page, id)).toContainText('in use', patience);
}

test('a model writes the answer, its quotes are checked, and it works offline', async ({ demo, page, context }) => {
  await demo.add([heron]);
  await start(page, 'talker');
  const check = async (): Promise<void> => {
    const turn = await demo.ask(SAID.question);
    const written = turn.getByTestId('written');
    await expect(written).toContainText(`It "${SAID.quote}" [1]`, patience);
    await expect(written).toContainText(`Not in your documents: “${SAID.invented}”`);
    const chip = written.getByRole('button', { name: /show what the model quotes$/ });
    await expect(chip).toHaveCount(1);
    expect(await demo.openCitation(chip)).toBe(SAID.quote);
    await expect(demo.chips(turn).first()).toContainText('lake.md');
  };
  await check();
  await demo.readyForOffline();
  await page.reload();
  await row(page, 'talker').getByRole('button', { name: 'Use talker' }).click();
  await expect(row(page, 'talker')).toContainText('in use', patience);
  await context.setOffline(true);
  await check();
  await page.keyboard.press('Escape');
  await row(page, 'talker').getByRole('button', { name: 'Stop using talker' }).click();
  const turn = await demo.ask(SAID.question);
  await expect(turn.getByTestId('written')).toHaveCount(0);
  await expect(demo.chips(turn).first()).toBeVisible();
  await context.setOffline(false);
});

test('a model searches by meaning; without it, and after a reload, the page searches as before', async ({ demo, page }) => {
  await demo.add([heron, textFile('tower.md', '# Tower\n\nThe keeper lights the lamp of the tower.', 'text/markdown')]);
  const searchedWith = page.getByTestId('searched-with');
  const ask = async (): Promise<Locator> => {
    const turn = await demo.ask('Who lights the lamp?');
    expect(await demo.openCitation(demo.chips(turn).filter({ hasText: 'tower.md' }).first())).toContain('keeper lights the lamp');
    await page.keyboard.press('Escape');
    return turn;
  };
  await expect((await ask()).getByTestId('searched-with')).toHaveCount(0);
  await start(page, 'finder');
  await expect(row(page, 'finder')).toContainText('searches by meaning');
  await expect((await ask()).getByTestId('searched-with')).toContainText('with finder on this device');
  // What comes now, in any tab, is embedded by the model, too; what leaves is not found any more.
  await demo.add([textFile('sea.md', 'The sea is blue and the storm is old.', 'text/markdown')]);
  const sea = await demo.ask('What is the sea like?');
  expect(await demo.openCitation(demo.chips(sea).filter({ hasText: 'sea.md' }).first())).toContain('The sea is blue');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Remove sea.md' }).click();
  await expect(demo.documents).toHaveCount(2);
  await expect(demo.chips(await demo.ask('What is the sea like?')).filter({ hasText: 'sea.md' })).toHaveCount(0);
  await expect(searchedWith).toHaveCount(3);

  // The page of a next visit has no model in use.
  await page.reload();
  await expect((await ask()).getByTestId('searched-with')).toHaveCount(0);
  await row(page, 'finder').getByRole('button', { name: 'Use finder' }).click();
  await expect(row(page, 'finder')).toContainText('in use', patience);
  await expect((await ask()).getByTestId('searched-with')).toHaveCount(1);
  await row(page, 'finder').getByRole('button', { name: 'Stop using finder' }).click();
  await expect((await ask()).getByTestId('searched-with')).toHaveCount(0);
});

test('a question is heard from a sound file and from the microphone', async ({ demo, page }) => {
  await demo.add([heron]);
  await expect(page.getByRole('button', { name: 'Speak' })).toHaveCount(0);
  await start(page, 'listener');
  const field = page.getByLabel('Your question');
  await page.getByTestId('sound').setInputFiles({ name: 'question.wav', mimeType: 'audio/wav', buffer: Buffer.from(makeWav([tone(1, 440, 44_100)], 44_100)) });
  await expect(field).toHaveValue(WHISPER_SENTENCE, patience);
  await field.fill('');
  await page.getByRole('button', { name: 'Speak' }).click();
  // The recorder hands out what it has in pieces of its own; the tone of the fake microphone comes every second.
  await page.getByRole('button', { name: 'Stop recording' }).click({ delay: 300 });
  await expect(field).toHaveValue(WHISPER_SENTENCE, patience);
  await page.getByTestId('sound').setInputFiles({ name: 'question.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound at all') });
  await expect(page.getByRole('alert')).toContainText('Cannot transcribe the audio');
});

test('a download shows its progress, is stopped, goes on, and is deleted; half a model is never used', async ({ demo, page }) => {
  await demo.add([heron]);
  const large = row(page, 'large');
  await expect(large).toContainText('50.3 MB');
  await page.evaluate(() => {
    const cancel = new MutationObserver(() => {
      const progress = document.querySelector<HTMLProgressElement>('.models progress');
      if (progress === null || progress.value < 10e6) return;
      cancel.disconnect();
      [...document.querySelectorAll<HTMLButtonElement>('.models button')].find(({ textContent }) => textContent === 'Cancel')?.click();
    });
    cancel.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await large.getByRole('button', { name: 'Download large' }).click();
  await expect(large).toContainText('the download goes on from there', patience);
  await expect(large.getByRole('button', { name: 'Use large' })).toHaveCount(0);
  // Told by the service worker's own request, which is the one that leaves the page.
  const asked: Promise<string | undefined>[] = [];
  page.context().on('request', (request) => {
    if (request.url().endsWith('/large/ggml.bin')) asked.push(request.allHeaders().then(({ range }) => range));
  });
  await large.getByRole('button', { name: 'Download large' }).click();
  await expect(large.getByRole('button', { name: 'Use large' })).toBeVisible(patience);
  expect(await Promise.all(asked)).toContainEqual(expect.stringMatching(/^bytes=[1-9]\d*-$/));
  await large.getByRole('button', { name: 'Use large' }).click();
  await expect(page.getByRole('region', { name: 'Models on this device' }).getByRole('alert')).toContainText('Cannot load', patience);
  await large.getByRole('button', { name: 'Delete large' }).click();
  await expect(page.getByText('Nothing is stored yet.')).toBeVisible();
});
