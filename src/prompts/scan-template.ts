const NAME = /^[A-Za-z_][\w.-]*$/;

/**
 * Cut a template at its placeholders: text, name, text, name … text. One pass over the text, whatever it holds: no pattern
 * that could take longer than that on hostile text.
 */
export function scanTemplate(template: string): string[] {
  const pieces: string[] = [];
  let text = '';
  let at = 0;
  for (let open = template.indexOf('{{'); open >= 0; open = template.indexOf('{{', at)) {
    const close = template.indexOf('}}', open + 2);
    if (close < 0) break;
    // The last opening braces before the closing ones count: in `{{{x}}` or `{{ a {{x}}` the first are text.
    const inner = template.lastIndexOf('{{', close - 2);
    const name = template.slice(inner + 2, close).trim();
    if (NAME.test(name)) {
      pieces.push(text + template.slice(at, inner), name);
      text = '';
    } else text += template.slice(at, close + 2);
    at = close + 2;
  }
  pieces.push(text + template.slice(at));
  return pieces;
}
