import { Workflow } from 'blazen-ts';

/** A text is checked paragraph by paragraph; then a human says whether it is published, today or in a week. */
export const review = new Workflow('review')
  .addStep('check', ['blazen::StartEvent'], async (event, ctx) => {
    const paragraphs = String(event.text).split('\n\n');
    for (const [i, paragraph] of paragraphs.entries()) {
      ctx.writeEventToStream({ type: 'Checked', paragraph: i + 1, words: paragraph.trim().split(/\s+/).length });
      // What is stored here is not done again when the process dies.
      await ctx.checkpoint();
    }
    ctx.set('paragraphs', paragraphs.length);
    return { type: 'blazen::InputRequestEvent', request_id: 'publish', prompt: `Publish ${paragraphs.length} paragraphs?` };
  })
  .addStep('publish', ['blazen::InputResponseEvent'], (event, ctx) => ({
    type: 'blazen::StopEvent', result: { published: event.response === 'yes', paragraphs: ctx.get('paragraphs') },
  }));
