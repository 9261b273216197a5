/**
 * How people say yes, no, and neither, by language. Phrases are bare words: no capitals, no punctuation, no apostrophes
 * ("dont"). Of phrases that begin at the same word the longest counts, so that "no problem" is not a no.
 */

export interface ConsentLanguage {
  /** Each phrase of the following lists is in one of them only. */
  readonly yes: readonly string[];
  readonly no: readonly string[];
  /** A no whatever else is said: "I would not say yes". */
  readonly negation: readonly string[];
  /** Questions, conditions, hesitation: no yes counts beside them. */
  readonly doubt: readonly string[];
  /** Says nothing either way. */
  readonly filler: readonly string[];
  /** Ends of a question that is none. */
  readonly rhetorical: readonly string[];
  /** What joins a demand to something else that is said. */
  readonly conjunctions: readonly string[];
  /** What may precede a demand: "could you please". One regular expression over bare words. */
  readonly politeness: string;
  /** Demands that recording stop, each as a regular expression over the bare words that follow politeness. */
  readonly withdrawals: readonly string[];
  /** What may follow one: "now, please". */
  readonly urgency: string;
}

const list = (phrases: string) => phrases.split('|').map((phrase) => phrase.trim());

/** What is being recorded; anything else ("my show") is not ours to stop. */
const THIS_CALL = `(?:this|that|it|me|us|everything|anything|my voice|(?:the|this|our|my) (?:phone )?(?:call|conversation)|what (?:i|we) say|what im saying)`;
const THE_RECORDING = `(?:(?:the|this|that|your|my|any|all|all the) recordings?(?: of (?:me|us|this|my voice|(?:the|this|our|my) (?:call|conversation)))?)`;

const english: ConsentLanguage = {
  yes: list(
    `yes|yeah|yep|yup|yes please|i do|yes i do|yes you may|yes you can|aye|okay|ok|sure|sure thing|of course|certainly|absolutely|
    definitely|by all means|fine|thats fine|it is fine|fine by me|fine with me|no problem|no problem at all|not a problem|
    thats not a problem|i have no problem|i dont have a problem|i dont have any problem|no worries|no objection|no objections|
    i have no objection|i have no objections|i dont object|i dont mind|i do not mind|i dont mind at all|i wouldnt mind|
    dont mind|no i dont mind|go ahead|go for it|feel free|please do|you may|you can|i agree|agreed|i do agree|i consent|i do consent|
    i give my consent|you have my consent|i give you my consent|i give my permission|you have my permission|granted|
    permission granted|i accept|accepted|all right|alright|thats all right|thats okay|thats ok|its okay|its ok|im okay with|
    im fine with|im happy with|i am fine with|i am okay with|happy to|works for me|sounds good|good with me|suits me|
    i dont see why not|i cant see why not|why would i mind|affirmative|correct|one hundred percent|a hundred percent`,
  ),
  no: list(
    `no|nope|nah|no thanks|no thank you|no way|never|refuse|i refuse|decline|i decline|i disagree|i object|i mind|i do mind|
    i withdraw|negative|absolutely no|please no|stop|forget it|rather you|prefer you|dont you dare|over my dead body|keep it off|
    without recording|turn it off|switch it off|unrecorded`,
  ),
  negation: list(
    `not|dont|didnt|doesnt|wont|cant|cannot|wouldnt|shouldnt|couldnt|isnt|arent|mustnt|aint|dont want|no recording|
    off the record|under no circumstances|by no means|in no way`,
  ),
  doubt: list(
    `what|whats|why|who|whos|how|which|when|where|whose|pardon|come again|say that again|say again|repeat|huh|eh|
    excuse me|do i|does it|does this|do you|did you|are you|is this|is it|is that|will you|will it|can i|could i|may i|must i|
    should i|do we|if|unless|only|except|but|depends|it depends|as long as|provided|maybe|perhaps|possibly|probably|later|
    let me think|i guess|i guess so|i suppose|i suppose so|whatever|wait|hold on|hang on|one moment|one second|hmm|
    i dont know|dont know|do not know|not sure|im not sure|i am not sure|no idea|i have no idea|i dont care|do not care|
    i couldnt care less|dont understand|do not understand|didnt understand|did not understand|didnt catch|did not catch|
    didnt hear|did not hear|didnt get|did not get|couldnt hear|cant hear|cannot hear|not at all|yes or no|either way|
    i had no choice|no choice|have to|uh huh|mm hmm|mhm|mm|right|i see|got it|used to`,
  ),
  filler: list(
    `i|im|id|ill|ive|a|an|the|this|that|thats|it|its|is|am|are|be|been|being|was|me|my|we|us|our|you|your|to|for|with|of|
    on|in|at|by|and|so|then|now|just|all|do|does|would|will|can|may|could|well|oh|ah|um|uh|er|erm|hi|hello|hey|please|
    thanks|thank you|thank you very much|sorry|actually|really|very|quite|totally|perfectly|completely|think|believe|
    mean|say|said|saying|want|like|love|call|conversation|record|recorded|recording|recordings|good|great|cool|perfect|
    happy|glad|one|two|press|pressed|man|mate|sir|maam|madam|dear|there|why not`,
  ),
  rhetorical: ['why not', 'would i mind'],
  conjunctions: ['and', 'but', 'because'],
  politeness: `(?:please|kindly|hey|hi|hello|okay|ok|and|so|actually|wait|no|sorry|yes|well|um|uh|er|now|then|just|also|but|listen|excuse me|(?:could|can|would|will) you|(?:can|could|may) (?:i|we)|lets|(?:i|we) (?:want|need|ask|demand) (?:that )?(?:you )?(?:to)?|(?:i|we) (?:would|d) like (?:you )?to|(?:id|wed) like (?:you )?to|im asking you to|you (?:should|must|need to|have to)|i (?:said|insist)|(?:i think|i wish) (?:you should|you would|to)|if you (?:could|would)|do me a favou?r|id prefer (?:it )?if you|i would prefer (?:it )?if you)`,
  withdrawals: [
    `(?:stop|stopped|quit|cease|end|halt|pause) (?:recording|taping)(?: ${THIS_CALL})?`,
    `(?:stop|end|cancel|halt|pause|delete|erase|destroy|discard|remove|drop|turn off|switch off|shut off) ${THE_RECORDING}(?: off)?`,
    `(?:turn|switch|shut) (?:${THE_RECORDING}|the recorder) off`,
    `(?:turn|switch|shut) off the recorder`,
    `(?:do not|dont|did not|didnt|no longer|never|not) (?:record|tape)(?: ${THIS_CALL})?`,
    `(?:you )?(?:may|can|must|should) (?:not|no longer) record(?: ${THIS_CALL})?`,
    `you (?:cant|cannot|mustnt|shouldnt) record(?: ${THIS_CALL})?(?: any ?more)?`,
    `(?:i|we) (?:do not|dont|no longer|never) (?:really )?(?:wish|want|like|agree|consent|wanted) to be(?:ing)? (?:recorded|taped)`,
    `(?:i|we) (?:do not|dont|no longer) (?:really )?(?:wish|want|like|agree to|consent to) (?:you )?(?:to record|recording)(?: ${THIS_CALL})?`,
    `(?:i|we) (?:do not|dont|no longer) (?:want|like) ${THIS_CALL} (?:to be |being )?(?:recorded|taped)`,
    `(?:i|we) (?:do not|dont|no longer) (?:want|agree to|consent to|like) (?:${THE_RECORDING}|a recording|being recorded|to this being recorded|this being recorded)`,
    `(?:i|we) (?:do not|dont|no longer) consent(?: any ?more)?`,
    `(?:id|i would|i d|wed|we would) (?:rather|prefer) (?:not to be|not be|not being|to not be|it not be|this not be|this was not|this wasnt) recorded`,
    `(?:id|i would|i d|wed|we would) (?:rather|prefer it if|prefer) you (?:did not|didnt|do not|dont|stopped|would not|wouldnt) record(?:ing)?(?: ${THIS_CALL})?`,
    `(?:i|i want to|i would like to|id like to|i hereby|to) ?(?:withdraw|revoke|retract|cancel|take back|rescind) my (?:consent|permission|agreement)(?: (?:to|for) (?:being recorded|be recorded|${THE_RECORDING}|recording|record(?:ing)? (?:me|this(?: call)?)))?`,
    `(?:withdraw|revoke|retract|cancel|rescind) my (?:consent|permission|agreement)`,
    `(?:i have|ive|i) changed my mind about (?:${THE_RECORDING}|being recorded|recording(?: ${THIS_CALL})?)`,
    `no (?:more )?recordings?`,
  ],
  urgency: `(?:please|now|right now|immediately|at once|right away|straight away|any ?more|any ?longer|from now on|from here on|for me|then|thanks|thank you|here|today|okay|ok|at all|already|would you|could you|will you|can you|if you (?:can|dont mind|would|could))`,
};

const german: ConsentLanguage = {
  yes: list(
    `ja|jawohl|jo|jep|ja bitte|ja gerne|ja gern|gerne|gern|klar|na klar|alles klar|natürlich|selbstverständlich|sicher|aber sicher|
    aber ja|aber gerne|aber natürlich|einverstanden|ich bin einverstanden|bin einverstanden|damit einverstanden|in ordnung|
    das ist in ordnung|geht in ordnung|okay|ok|das ist okay|passt|das passt|das geht|kein problem|gar kein problem|
    das ist kein problem|keine einwände|ich habe keine einwände|keine bedenken|nichts dagegen|ich habe nichts dagegen|
    hab nichts dagegen|ich stimme zu|stimme zu|ich willige ein|von mir aus|meinetwegen|dürfen sie|sie dürfen|das dürfen sie|
    können sie|das können sie|machen sie|machen sie ruhig|nur zu|unbedingt|absolut|gut|das ist gut|stört mich nicht|
    das stört mich nicht|macht mir nichts aus|das macht mir nichts aus`,
  ),
  no: list(
    `nein|nee|nö|ne|nein danke|nein bitte|lieber nicht|ungern|auf keinen fall|bloß nicht|niemals|ich lehne ab|lehne ab|
    ich widerspreche|ich bin dagegen|dagegen|verweigere|stopp|stop`,
  ),
  negation: list(`nicht|nie|kein|keine|keinen|keinesfalls|keineswegs|ohne|untersage|verbiete`),
  doubt: list(
    `was|wie|wie bitte|warum|wieso|weshalb|wozu|wofür|wer|wo|wann|welche|bitte|muss ich|darf ich|kann ich|ist das|sind sie|
    wird das|aber|wenn|falls|nur wenn|sofern|kommt darauf an|kommt drauf an|vielleicht|eventuell|moment|einen moment|
    warten sie|weiß nicht|weiß ich nicht|ich weiß nicht|das weiß ich nicht|keine ahnung|nicht sicher|bin mir nicht sicher|
    nicht verstanden|verstehe nicht|verstehe ich nicht|habe ich nicht verstanden|noch einmal|nochmal|egal|ist mir egal|mir egal|
    mhm|hm|hmm|ach so|aha|ja oder nein`,
  ),
  filler: list(
    `ich|mich|mir|sie|ihr|es|das|dies|dieses|der|die|den|dem|ein|eine|ist|bin|habe|hab|haben|wäre|dafür|damit|dazu|so|schon|
    doch|mal|dann|also|na|ach|äh|ähm|hallo|guten tag|danke|vielen dank|dankeschön|gespräch|telefonat|anruf|aufnehmen|
    aufzeichnen|aufnahme|aufzeichnung|ruhig|sehr|ganz|eins|zwei|und|mit|zu|für|warum nicht`,
  ),
  rhetorical: ['warum nicht'],
  conjunctions: ['und', 'aber', 'weil'],
  politeness: `(?:bitte|ach|äh|ähm|moment|nein|hallo|und|aber|so|jetzt|also|okay|ok|doch|mal|(?:könnten|können|würden|wollen) sie|ich (?:möchte|will),? dass sie|ich (?:möchte|will)|kann ich|darf ich)`,
  withdrawals: [
    `(?:hören sie|hör) (?:bitte )?auf (?:(?:mich|das|dieses gespräch|das gespräch|uns) )?(?:aufzunehmen|aufzuzeichnen|mitzuschneiden)`,
    `(?:(?:mich|das|dieses gespräch|das gespräch) )?(?:bitte )?nicht (?:mehr |länger |weiter )?(?:aufnehmen|aufzeichnen|mitschneiden)`,
    `(?:nehmen|zeichnen|schneiden) sie (?:(?:mich|das|dieses gespräch|das gespräch|uns) )?(?:bitte )?nicht (?:mehr |länger |weiter )?(?:auf|mit)`,
    `(?:stoppen|beenden|löschen|unterbrechen) sie (?:bitte )?(?:die|diese) (?:aufnahme|aufzeichnung)`,
    `(?:die )?(?:aufnahme|aufzeichnung) (?:bitte )?(?:stoppen|beenden|abbrechen|ausschalten|abschalten|löschen)`,
    `(?:schalten|machen) sie (?:bitte )?die (?:aufnahme|aufzeichnung) (?:bitte )?aus`,
    `(?:ich (?:möchte|will|wünsche) )?nicht (?:mehr |länger |weiter )?(?:aufgenommen|aufgezeichnet|mitgeschnitten) werden`,
    `(?:ich )?(?:widerrufe|entziehe)(?: ich)?(?: ihnen)? meine (?:einwilligung|zustimmung)`,
    `(?:ich )?(?:ziehe|nehme)(?: ich)? meine (?:einwilligung|zustimmung) zurück`,
    `meine (?:einwilligung|zustimmung) (?:widerrufen|zurückziehen|zurücknehmen)`,
    `keine (?:aufnahme|aufzeichnung)(?: mehr)?`,
  ],
  urgency: `(?:bitte|jetzt|sofort|ab jetzt|danke|mehr|hier|heute|gleich)`,
};

const LANGUAGES: Readonly<Record<string, ConsentLanguage>> = { en: english, de: german };

/** @param language BCP 47: `en-US` is English like `en-GB`. */
export function consentLanguage(language: string): ConsentLanguage | undefined {
  const code = language.toLowerCase().split('-')[0] ?? '';
  return Object.hasOwn(LANGUAGES, code) ? LANGUAGES[code] : undefined;
}
