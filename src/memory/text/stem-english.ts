// Porter2, the English stemmer of Snowball (https://snowballstem.org/algorithms/english/stemmer.html), in its long-standing
// form: `gener`, `commun` and `arsen` are the only prefixes that shift the first region.
const VOWELS = 'aeiouy';
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
const SHORT_SYLLABLE = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy])$/;
const HAS_VOWEL = /[aeiouy]/;
const LONG_PREFIX = /^(?:gener|commun|arsen)/;
const REGION = /[aeiouy][^aeiouy]/;

const pairs = (list: string): Map<string, string> => new Map(list.split(' ').map((pair) => pair.split(':') as [string, string]));
const EXCEPTIONS = /* @__PURE__ */ pairs('skis:ski skies:sky dying:die lying:lie tying:tie idly:idl gently:gentl ugly:ugli early:earli only:onli '
  + 'singly:singl sky:sky news:news howe:howe atlas:atlas cosmos:cosmos bias:bias andes:andes');
const LEFT_ALONE = /^(?:inning|outing|canning|herring|earring|proceed|exceed|succeed)$/;
const STEP_2 = /* @__PURE__ */ pairs('tional:tion enci:ence anci:ance abli:able entli:ent izer:ize ization:ize ational:ate ation:ate ator:ate '
  + 'alism:al aliti:al alli:al fulness:ful ousli:ous ousness:ous iveness:ive iviti:ive biliti:ble bli:ble fulli:ful lessli:less ogi:og li:');
const STEP_3 = /* @__PURE__ */ pairs('tional:tion ational:ate alize:al icate:ic iciti:ic ical:ic ful: ness: ative:');
const STEP_4 = /* @__PURE__ */ pairs('al: ance: ence: er: ic: able: ible: ant: ement: ment: ent: ism: ate: iti: ous: ive: ize: ion:');
const LONGEST_SUFFIX = 7;

/**
 * The stem of an English word in lower case: 'connection', 'connected' and 'connecting' all give 'connect'. A stem is
 * a key to compare by, not always a word.
 */
export function stemEnglish(word: string): string {
  if (word.length < 3) return word;
  const exception = EXCEPTIONS.get(word);
  if (exception !== undefined) return exception;
  let stem = word.startsWith("'") ? word.slice(1) : word;
  if (stem.includes('y')) stem = markConsonants(stem);
  const first = region(stem, LONG_PREFIX.exec(stem)?.[0].length);
  const second = first + region(stem.slice(first));
  stem = step1a(stem.replace(/'(?:s'?)?$/, ''));
  if (LEFT_ALONE.test(stem)) return stem;
  stem = step1b(stem, first);
  stem = stem.replace(/(?<=.[^aeiouy])[yY]$/, 'i');
  stem = replaceSuffix(stem, STEP_2, (suffix, at) => at >= first
    && (suffix !== 'li' || /[cdeghkmnrt]$/.test(stem.slice(0, at))) && (suffix !== 'ogi' || stem[at - 1] === 'l'));
  stem = replaceSuffix(stem, STEP_3, (suffix, at) => at >= (suffix === 'ative' ? second : first));
  stem = replaceSuffix(stem, STEP_4, (suffix, at) => at >= second && (suffix !== 'ion' || /[st]$/.test(stem.slice(0, at))));
  const last = stem.length - 1;
  if (stem.endsWith('e') ? last >= second || (last >= first && !SHORT_SYLLABLE.test(stem.slice(0, last))) : stem.endsWith('ll') && last >= second) {
    stem = stem.slice(0, last);
  }
  return stem.replaceAll('Y', 'y');
}

// A y at the start or after a vowel is a consonant, written Y in between; a Y is no vowel for the next one.
function markConsonants(word: string): string {
  let marked = '';
  for (const letter of word) marked += letter === 'y' && (marked === '' || VOWELS.includes(marked.at(-1) as string)) ? 'Y' : letter;
  return marked;
}

/** Where the region after the first vowel and consonant begins, or its end. */
function region(word: string, known?: number): number {
  return known ?? ((REGION.exec(word)?.index ?? word.length - 2) + 2);
}

function step1a(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  return word.endsWith('s') && !/[us]s$/.test(word) && HAS_VOWEL.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function step1b(word: string, first: number): string {
  const [suffix] = /(?:eed|eedly|ed|edly|ing|ingly)$/.exec(word) ?? [''];
  if (suffix === '') return word;
  const stem = word.slice(0, -suffix.length);
  if (suffix.startsWith('eed')) return stem.length >= first ? `${stem}ee` : word;
  if (!HAS_VOWEL.test(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (DOUBLE.test(stem)) return stem.slice(0, -1);
  return first >= stem.length && SHORT_SYLLABLE.test(stem) ? `${stem}e` : stem;
}

/** Replaces the longest suffix of the table that the word has, if it may be. */
function replaceSuffix(word: string, table: ReadonlyMap<string, string>, allowed: (suffix: string, at: number) => boolean): string {
  for (let length = Math.min(LONGEST_SUFFIX, word.length); length >= 2; length--) {
    const at = word.length - length;
    const suffix = word.slice(at);
    const replacement = table.get(suffix);
    if (replacement !== undefined) return allowed(suffix, at) ? word.slice(0, at) + replacement : word;
  }
  return word;
}
