import { expect, test, textFile, type UploadFile } from '../test/helpers/demo-page.ts';
import { makePdf } from '../test/helpers/make-pdf.ts';

// Files that are not what they seem, and files that mean harm. The fixture fails a test when the page broke its policy,
// threw, opened a dialog or called anybody.

/** Still works: one more document is taken in and answers. */
const sound = textFile('sound.md', 'The sound document says that the narwhal dives 1500 metres deep.');

const megabyte = 'All work and no play makes a very long text file, which nobody ever reads to its end. '.repeat(12_000).slice(0, 1_000_000);

const refused: readonly { readonly file: UploadFile; readonly message: RegExp }[] = [
  { file: textFile('nothing.md', ''), message: /empty/ },
  { file: { name: 'picture.md', mimeType: 'text/markdown', buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0xff, 0xfe, 0x80]) }, message: /not a text file/ },
  { file: { name: 'renamed.md', mimeType: 'text/markdown', buffer: Buffer.from(makePdf('A PDF under a wrong name')) }, message: /not a text file/ },
  { file: { name: 'torn.pdf', mimeType: 'application/pdf', buffer: Buffer.from(makePdf('This PDF was torn apart').slice(0, 60)) }, message: /damaged or protected/ },
  { file: textFile('liar.pdf', 'This is no PDF at all', 'application/pdf'), message: /damaged or protected/ },
  { file: textFile('blank.html', '<script>alert(1)</script><style>p{}</style>', 'text/html'), message: /no text/ },
];

test('files that cannot be used say why, each in its row, and the others are taken in', async ({ demo }) => {
  await demo.add([...refused.map(({ file }) => file), sound]);
  await expect(demo.status).toHaveText(/^1 document ready, 1 passage, 6 files could not be used$/);
  for (const { file, message } of refused) {
    const row = demo.fileRow(file.name);
    await expect(row).toHaveAttribute('data-state', 'failed');
    await expect(row).toContainText(message);
  }
  await expect(demo.documents).toHaveCount(1);
  await expect(demo.chips(await demo.ask('How deep does the narwhal dive?')).first()).toContainText('sound.md');
});

test('a text of 50 MB is refused with its size, and the page goes on working', async ({ demo, page }) => {
  const data = await page.evaluateHandle((part) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(Array.from({ length: 50 }, () => part), 'huge.txt', { type: 'text/plain' }));
    return transfer;
  }, megabyte);
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  await demo.settled();
  await expect(demo.fileRow('huge.txt')).toContainText(/50\.0 MB, more than the 20\.0 MB allowed/);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await demo.add([sound]);
  await expect(demo.chips(await demo.ask('How deep does the narwhal dive?')).first()).toContainText('sound.md');
});

test('an empty question, and a question without documents, say what to do', async ({ demo, page }) => {
  await demo.choose([textFile('nothing.md', '')]);
  await expect(demo.fileRow('nothing.md')).toHaveAttribute('data-state', 'failed');
  const question = page.getByLabel('Your question');
  await question.fill('Is anybody there?');
  await question.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Add a document first: there is nothing to search yet.');
  await demo.add([sound]);
  await question.fill('   ');
  await question.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Type a question first.');
  await expect(question).toBeFocused();
  await expect(question).toHaveAttribute('aria-invalid', 'true');
  await expect(demo.chips(await demo.ask('How deep does the narwhal dive?')).first()).toBeVisible();
});

test('a question of more than 10,000 characters is answered with the reason', async ({ demo }) => {
  await demo.add([sound]);
  await expect(await demo.ask('narwhal '.repeat(2000))).toContainText('more than 10000');
});

const attack = '<img src=x onerror="document.title=\'pwned\'"><script>document.title=\'pwned\'</script><svg onload="document.title=\'pwned\'">';
const markdownAttack = `# Otters ${attack}

The hostile otter eats 900 fish. ${attack} [click](javascript:document.title='pwned') ![x](https://evil.example/x.png)

<iframe src="https://evil.example/"></iframe><form action="https://evil.example/"><input name=q></form>
<p style="background:url(https://evil.example/y.png)">The hostile otter eats 900 fish every day.</p>
`;
const htmlAttack = `<!doctype html><html><head><title>Herons ${attack}</title><base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example/"><link rel="stylesheet" href="https://evil.example/z.css"></head>
<body onload="document.title='pwned'"><h1>Herons</h1><p style="background:url(https://evil.example/y.png)">The hostile heron eats 700 frogs. ${attack}</p>
<a href="javascript:document.title='pwned'">The hostile heron link</a><math><mtext><style><img src=x onerror="document.title='pwned'"></style></mtext></math></body></html>`;

test('hostile markdown, HTML, PDF and file names run and load nothing, wherever they are shown', async ({ demo, page }) => {
  const pdfName = '"><img src=x onerror=document.title=\'pwned\'>.pdf';
  await demo.add([
    textFile('<svg onload=document.title=\'pwned\'>.md', markdownAttack, 'text/markdown'),
    textFile('herons.html', htmlAttack, 'text/html'),
    { name: pdfName, mimeType: 'application/pdf', buffer: Buffer.from(makePdf(`The hostile toad eats 500 flies. ${attack}`, { title: attack })) },
  ]);
  await expect(demo.documents).toHaveCount(3);
  for (const [question, fact] of [
    ['How many fish does the hostile otter eat?', '900'], ['How many frogs does the hostile heron eat?', '700'],
    ['How many flies does the hostile toad eat?', '500'],
  ] as const) {
    const turn = await demo.ask(question);
    await expect(turn).toContainText(fact);
    const chip = demo.chips(turn).first();
    expect(await demo.openCitation(chip)).toContain(fact);
    const formatted = page.getByRole('button', { name: 'Formatted' });
    if (await formatted.isVisible()) {
      await formatted.click();
      await expect(page.getByRole('region', { name: /, formatted$/ })).toContainText(fact);
    }
    await page.getByRole('button', { name: 'Close the source' }).click();
  }
  // Nothing of it became an element that could act.
  await expect(page.locator('.answer :is(img, script, svg, iframe, form, a, style, [style]), .documents img, .source img')).toHaveCount(0);
  await expect(page).toHaveTitle('Ask your documents');
});

test('a worker that crashes is started again, and the library is still there', async ({ demo, page }) => {
  await demo.add([sound]);
  demo.expected.push(/out of luck/);
  const names = await Promise.all(page.workers().map((one) => one.evaluate(() => self.name)));
  const worker = page.workers()[names.indexOf('documents')];
  await worker!.evaluate(() => { setTimeout(() => { throw new Error('out of luck'); }, 0); });
  await expect(demo.status).toHaveText('The worker crashed and was started again');
  await expect(demo.chips(await demo.ask('How deep does the narwhal dive?')).first()).toContainText('sound.md');
  await demo.add([textFile('another.md', 'The ibex climbs to 4000 metres.')]);
  await expect(demo.documents).toHaveCount(2);
  await expect(page.getByTestId('run').first()).toHaveAttribute('data-status', 'completed');
});

test('the policy is strict: no script of strings, no inline script, no foreign connection', async ({ page, request }) => {
  const headers = (await request.get('/')).headers();
  const policy = headers['content-security-policy']!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
  await page.goto('/');
  const outcomes = await page.evaluate(async () => {
    // In a task of the page's own: what the test evaluates is exempt from the policy.
    const tried = async (work: () => unknown): Promise<string> => {
      await new Promise((done) => { setTimeout(done, 0); });
      try {
        await work();
        return 'worked';
      } catch (error) {
        return (error as Error).name;
      }
    };
    return {
      // oxlint-disable-next-line no-eval -- that it fails is what is tested
      eval: await tried(() => (0, eval)('1')),
      markup: await tried(() => { document.createElement('div').innerHTML = '<b>x</b>'; }),
      fetch: await tried(() => fetch('https://evil.example/')),
    };
  });
  expect(outcomes).toEqual({ eval: 'EvalError', markup: 'TypeError', fetch: 'TypeError' });
});
