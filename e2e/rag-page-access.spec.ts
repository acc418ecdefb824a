import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type DemoPage, expect, test, textFile } from '../test/helpers/demo-page.ts';

// The page for people who use a keyboard, a screen reader, a small screen, or colours of their own.

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const notes = textFile('notes.md', '# Walruses\n\nThe walrus weighs 900 kilograms.\n\n## Food\n\nThe walrus eats 40 kilograms of clams a day.', 'text/markdown');

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).withTags(STANDARDS).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

async function answered(demo: DemoPage): Promise<void> {
  await demo.add([notes, textFile('empty.md', '')]);
  const turn = await demo.ask('What does the walrus weigh?');
  await demo.ask('What is the zyxwquart?');
  await demo.openCitation(demo.chips(turn).first());
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });

    test('axe finds nothing on the empty page', async ({ demo, page }) => {
      await expect(demo.page.getByRole('button', { name: 'Choose files' })).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    test('axe finds nothing on the answered page, beside and under an open source', async ({ demo, page }) => {
      await answered(demo);
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Formatted' }).click();
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await violations(page)).toEqual([]);
    });
  });
}

test('axe would find a colour without contrast', async ({ demo, page }) => {
  await demo.add([notes]);
  await page.locator('.page-head p').evaluate((element: HTMLElement) => { element.style.color = '#ddd'; });
  expect(await violations(page)).toEqual([expect.stringContaining('color-contrast')]);
});

test('everything can be done with the keyboard alone', async ({ demo, page }) => {
  const press = async (keys: string, times = 1): Promise<void> => {
    for (; times > 0; times--) await page.keyboard.press(keys);
  };
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 40; presses++) {
      await press('Tab');
      const label = await page.evaluate(() => (document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''));
      if (name.test(label)) return;
    }
    throw new Error(`${String(name)} cannot be reached with Tab`);
  };
  await tabTo(/^Skip to the question$/);
  await tabTo(/^Choose files$/);
  const chooser = page.waitForEvent('filechooser');
  await press('Enter');
  await (await chooser).setFiles([notes]);
  await demo.settled();
  // The next thing to do has the focus.
  await expect(page.getByLabel('Your question')).toBeFocused();
  await page.keyboard.type('What does the walrus weigh?');
  await press('Enter');
  const chip = demo.chips(page.getByTestId('turn')).first();
  await expect(chip).toBeVisible();
  await press('Shift+Tab', 1);
  for (let presses = 0; presses < 20 && !(await chip.evaluate((element) => element === document.activeElement)); presses++) await press('Shift+Tab');
  await expect(chip).toBeFocused();
  await press('Enter');
  await expect.poll(() => demo.highlighted()).toBe(await chip.getAttribute('data-quote'));
  await expect(page.getByRole('heading', { name: /\[1\]\s*notes\.md/ })).toBeFocused();
  await tabTo(/^Close the source$/);
  await tabTo(/^Exact text$/);
  await tabTo(/^Text of notes\.md/);
  await press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(chip).toBeFocused();
  expect(await demo.highlighted()).toBe(null);
  await tabTo(/^Remove notes\.md$/).catch(() => press('Shift+Tab'));
});

test('a screen reader hears few words: one status line, a log that is busy while it changes', async ({ demo, page }) => {
  await demo.add([notes]);
  await page.evaluate(() => {
    const heard: string[] = [];
    const busy: string[] = [];
    Object.assign(globalThis, { heard, busy });
    new MutationObserver(() => heard.push(document.querySelector('[role=status]')?.textContent ?? ''))
      .observe(document.querySelector('[role=status]') as Node, { childList: true, characterData: true, subtree: true });
    new MutationObserver(() => busy.push(document.querySelector('[role=log]')?.getAttribute('aria-busy') ?? ''))
      .observe(document.querySelector('[role=log]') as Node, { attributes: true, attributeFilter: ['aria-busy'] });
  });
  await demo.ask('What does the walrus eat?');
  const { heard, busy } = await page.evaluate(() => {
    const { heard, busy } = globalThis as unknown as { heard: string[]; busy: string[] };
    return { heard, busy };
  });
  expect(heard).toEqual(['Searching your documents', expect.stringMatching(/^Answer complete, \d citations?$/)]);
  expect(busy).toEqual(['true', 'false']);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - region "Documents":
      - heading "Documents" [level=2]
      - button "Add files"
      - list "Documents that can be asked":
        - listitem:
          - button "Remove notes.md"
    - region "Questions and answers":
      - log "Answers":
        - article:
          - heading "What does the walrus eat?" [level=3]
          - list "Quotes that answer the question"
      - textbox "Your question"
      - button "Ask"
    - complementary "Behind the scenes"
  `);
});

test('on a screen of 320 pixels nothing is cut off, and the source covers the page', async ({ demo, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const fits = (): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= 320);
  expect(await fits()).toBe(true);
  await demo.add([textFile(`${'a-very-long-file-name-without-any-break-'.repeat(3)}.md`, `${'supercalifragilistic'.repeat(20)}. The walrus weighs 900 kilograms.`)]);
  const turn = await demo.ask('What does the walrus weigh?');
  expect(await fits()).toBe(true);
  await demo.openCitation(demo.chips(turn).first());
  expect(await fits()).toBe(true);
  const box = await page.getByRole('dialog').boundingBox();
  expect(box).toMatchObject({ x: 0, width: 320 });
  await page.keyboard.press('Escape');
  await expect(demo.chips(turn).first()).toBeFocused();
});

test('every control is at least 24 pixels high and wide', async ({ demo, page }) => {
  await answered(demo);
  const small = await page.evaluate(() => Array.from(document.querySelectorAll('button, summary, textarea, a[href]'), (element) => {
    const { width, height } = element.getBoundingClientRect();
    return { name: element.textContent, width, height };
  }).filter(({ width, height }) => width > 0 && (width < 24 || height < 24)));
  expect(small).toEqual([]);
});

test('who prefers less motion gets none, and forced colours keep the highlight', async ({ demo, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await answered(demo);
  const durations = await page.evaluate(() => Array.from(document.querySelectorAll('*'), (element) => getComputedStyle(element).transitionDuration));
  expect(durations.every((duration) => duration.split(', ').every((part) => part === '0s'))).toBe(true);
  expect(await demo.highlighted()).toContain('900');
});

test('a page without WebGPU and without a hosted model says so and answers all the same', async ({ demo, page }) => {
  const card = page.getByRole('region', { name: 'What answers here' });
  await expect(card).toContainText('WebGPU finds no usable GPU on this device.');
  await expect(card).toContainText('None is set up. This page holds no key and contacts nobody.');
  await expect(card).toContainText('Sentences quoted from your documents, word for word.');
  await demo.add([notes]);
  await expect(demo.chips(await demo.ask('What does the walrus weigh?')).first()).toBeVisible();
});
