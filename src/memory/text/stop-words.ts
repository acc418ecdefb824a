// Function words: they say how other words belong together, and hardly what a text is about. The words are those that
// `tokenize` gives, so that "don't" is 'don' and 't'.
const set = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** English function words. */
export const englishStopWords: ReadonlySet<string> = /* @__PURE__ */ set('a about above after again against all also am an and any are as at be because been '
  + 'before being below between both but by can could d did do does doing don down during each either ever every few for from further had has have '
  + 'having he her here hers herself him himself his how i if in into is it its itself just ll m may me might more most must my myself neither no '
  + 'nor not now o of off on once only or other ought our ours ourselves out over own per re s same shall she should so some such t than that the '
  + 'their theirs them themselves then there these they this those through to too under until up upon us ve very was we were what when where '
  + 'whether which while who whom whose why will with within without would y you your yours yourself yourselves');

/** German function words. */
export const germanStopWords: ReadonlySet<string> = /* @__PURE__ */ set('aber alle allem allen aller alles als also am an ander andere anderem anderen '
  + 'anderer anderes auch auf aus bei beim bin bis bist da dabei dadurch dafür dagegen daher damit dann daran darauf daraus darin darüber darum das '
  + 'dass dazu dein deine deinem deinen deiner dem den denn der deren des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du '
  + 'durch ein eine einem einen einer eines einige er es etwa etwas euch euer eure eurem euren eurer für gegen gewesen hab habe haben hat hatte '
  + 'hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jene jenem jenen jener '
  + 'jenes jetzt kann kein keine keinem keinen keiner können könnte machen man manche mein meine meinem meinen meiner mich mir mit muss musste nach '
  + 'nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit selbst sich sie sind so solche soll sollte sondern sonst über '
  + 'um und uns unser unsere unserem unseren unter viel vom von vor war waren warst was weg weil weiter welche welchem welchen welcher welches wenn '
  + 'wer werde werden wie wieder will wir wird wirst wo wollen wollte worden wurde wurden würde würden während zu zum zur zwar zwischen');

/** French function words. */
export const frenchStopWords: ReadonlySet<string> = /* @__PURE__ */ set('a ai aient aies ainsi ait alors as au aucun aucune aura aurait aussi autre autres aux '
  + 'avaient avait avant avec avez aviez avions avons ayant c car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d '
  + 'dans de depuis des donc dont du elle elles en encore entre es est et étaient était étant été être eu eux fait il ils j je jusqu l la là le les '
  + 'leur leurs lors lui m ma mais me même mêmes mes moi mon n ne ni non nos notre nous on ont ou où par parce pas pendant peu peut plus pour '
  + 'pourquoi qu quand que quel quelle quelles quelque quelques quels qui quoi s sa sans se sera serait ses si sien soi sois soit sommes son sont '
  + 'sous sur t ta tandis te tes toi ton tous tout toute toutes très tu un une vers voici voilà vos votre vous y');

/** Spanish function words. */
export const spanishStopWords: ReadonlySet<string> = /* @__PURE__ */ set('a al algo alguna algunas alguno algunos algún ante antes aquel aquella aquellas aquello '
  + 'aquellos aquí así aún aunque bajo bien cada casi como con contra cual cuales cualquier cuando cuanto cuya cuyo cómo de del desde donde dos '
  + 'durante e el él ella ellas ello ellos en entonces entre era eran eres es esa esas ese eso esos esta está están estar estas este esto estos fue '
  + 'fueron ha había habían haber han hasta hay he la las le les lo los luego me mi mientras mis mucho muchos muy más mí nada ni no nos nosotros '
  + 'nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues que quien quienes qué se sea sean según ser si '
  + 'sido sin sino sobre son su sus suya suyo sí también tan tanto te tener tiene tienen todo todos tu tus tú un una unas uno unos usted ustedes va '
  + 'vosotros y ya yo');
