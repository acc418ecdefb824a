// The 252 named references of HTML 4 by code; others are left as they are written.
const LATIN_1 = 'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro '
  + 'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave '
  + 'Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml '
  + 'Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth '
  + 'ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const GREEK = 'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi '
  + 'Psi Omega - - - - - - - alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma '
  + 'tau upsilon phi chi psi omega';
const OTHERS = 'quot:22 amp:26 apos:27 lt:3c gt:3e OElig:152 oelig:153 Scaron:160 scaron:161 Yuml:178 fnof:192 circ:2c6 tilde:2dc '
  + 'thetasym:3d1 upsih:3d2 piv:3d6 ensp:2002 emsp:2003 thinsp:2009 zwnj:200c zwj:200d lrm:200e rlm:200f ndash:2013 mdash:2014 '
  + 'lsquo:2018 rsquo:2019 sbquo:201a ldquo:201c rdquo:201d bdquo:201e dagger:2020 Dagger:2021 bull:2022 hellip:2026 permil:2030 '
  + 'prime:2032 Prime:2033 lsaquo:2039 rsaquo:203a oline:203e frasl:2044 euro:20ac image:2111 weierp:2118 real:211c trade:2122 '
  + 'alefsym:2135 larr:2190 uarr:2191 rarr:2192 darr:2193 harr:2194 crarr:21b5 lArr:21d0 uArr:21d1 rArr:21d2 dArr:21d3 hArr:21d4 '
  + 'forall:2200 part:2202 exist:2203 empty:2205 nabla:2207 isin:2208 notin:2209 ni:220b prod:220f sum:2211 minus:2212 lowast:2217 '
  + 'radic:221a prop:221d infin:221e ang:2220 and:2227 or:2228 cap:2229 cup:222a int:222b there4:2234 sim:223c cong:2245 asymp:2248 '
  + 'ne:2260 equiv:2261 le:2264 ge:2265 sub:2282 sup:2283 nsub:2284 sube:2286 supe:2287 oplus:2295 otimes:2297 perp:22a5 sdot:22c5 '
  + 'lceil:2308 rceil:2309 lfloor:230a rfloor:230b lang:27e8 rang:27e9 loz:25ca spades:2660 clubs:2663 hearts:2665 diams:2666';
// What browsers show for the control codes 128 to 159: Windows-1252; '.' marks the five without a character.
const WINDOWS_1252 = '€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ';
const LONGEST_NAME = 9;

let table: Map<string, string> | null = null;

/** A decoded character reference and how many units of source it took. */
export interface Reference {
  readonly text: string;
  readonly length: number;
}

/** The character reference at `source[at] === '&'`, or null when it is just an ampersand. */
export function readReference(source: string, at: number): Reference | null {
  if (source[at + 1] === '#') return readNumeric(source, at);
  let end = at + 1;
  while (end - at <= LONGEST_NAME && isNameUnit(source.charCodeAt(end))) end++;
  const name = source.slice(at + 1, end);
  const closed = source[end] === ';';
  // Browsers accept these four without the semicolon too; of the others only with it.
  if (!closed && name !== 'amp' && name !== 'lt' && name !== 'gt' && name !== 'quot') return null;
  const text = names().get(name);
  return text === undefined ? null : { text, length: end - at + (closed ? 1 : 0) };
}

function readNumeric(source: string, at: number): Reference | null {
  const hex = source[at + 2] === 'x' || source[at + 2] === 'X';
  const first = at + (hex ? 3 : 2);
  let end = first;
  let code = 0;
  for (; ; end++) {
    const digit = Number.parseInt(source[end] ?? '', hex ? 16 : 10);
    if (Number.isNaN(digit)) break;
    code = Math.min(0x110000, code * (hex ? 16 : 10) + digit);
  }
  if (end === first) return null;
  const length = end - at + (source[end] === ';' ? 1 : 0);
  const windows = code >= 128 && code < 160 ? WINDOWS_1252[code - 128] : undefined;
  if (windows !== undefined && windows !== '.') return { text: windows, length };
  const valid = code > 0 && code < 0x110000 && !(code >= 0xd800 && code < 0xe000);
  return { text: valid ? String.fromCodePoint(code) : '\ufffd', length };
}

function isNameUnit(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
}

function names(): Map<string, string> {
  if (table !== null) return table;
  const built = new Map<string, string>();
  LATIN_1.split(' ').forEach((name, i) => built.set(name, String.fromCharCode(160 + i)));
  GREEK.split(' ').forEach((name, i) => { if (name !== '-') built.set(name, String.fromCharCode(0x391 + i)); });
  for (const pair of OTHERS.split(' ')) {
    const [name, code] = pair.split(':') as [string, string];
    built.set(name, String.fromCharCode(Number.parseInt(code, 16)));
  }
  table = built;
  return built;
}
