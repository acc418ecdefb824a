import { specialToken } from './model-files.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('');
const WORDS = (
  'hello world the a cat dog bird sat on mat bites man woman house boat is of and in to what who where eats fish bread sun rain '
  + 'burns oil lamp keeper lights tower sea ship storm river bridge stone north south east west red green blue old new query passage'
).split(' ');

/** Token ids of the test vocabulary are places in this list. */
export const VOCABULARY: readonly string[] = [
  '[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '.', ',', '?', '!', ':', ...LETTERS.filter((letter) => letter !== 'a'), ...WORDS,
  ...LETTERS.map((letter) => `##${letter}`),
];

/** Most tokens of a text that the test models take. */
export const MAX_TOKENS = 64;

const cls = { SpecialToken: { id: '[CLS]', type_id: 0 } };
const sep = (type: number): object => ({ SpecialToken: { id: '[SEP]', type_id: type } });
const sequence = (id: string, type: number): object => ({ Sequence: { id, type_id: type } });

/** A BERT tokenizer whose vocabulary is known words, and letters for all others. */
export const wordPieceTokenizer = JSON.stringify({
  version: '1.0', truncation: null, padding: null,
  added_tokens: VOCABULARY.slice(0, 5).map((token, id) => specialToken(id, token)),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [cls, sequence('A', 0), sep(0)],
    pair: [cls, sequence('A', 0), sep(0), sequence('B', 1), sep(1)],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100,
    vocab: Object.fromEntries(VOCABULARY.map((token, id) => [token, id])),
  },
});

export const wordPieceConfig = JSON.stringify({
  tokenizer_class: 'BertTokenizer', do_lower_case: true, unk_token: '[UNK]', sep_token: '[SEP]', pad_token: '[PAD]', cls_token: '[CLS]',
  mask_token: '[MASK]', model_max_length: MAX_TOKENS,
});
