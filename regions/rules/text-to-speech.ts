/** Polly: the engine in this region, the voice in this engine, and the caller's language in this voice. */
import { type Engine, offers, own, pollyEngines, pollyVoices, type Voice } from '../facts.ts';
import { closest } from '../spelling.ts';
import { either, list, moveTo, type Rule, type RuleContext } from './rule.ts';

/** Where Polly and Transcribe spell a language differently. */
const TRANSCRIBE_SPELLING: Readonly<Record<string, string>> = { cmn: 'zh', yue: 'zh', arb: 'ar', nb: 'no' };

/** `de-AT` → `de`, spelled as Transcribe does. */
function base(language: string): string {
  const [first = ''] = language.split('-');
  return TRANSCRIBE_SPELLING[first] ?? first;
}

function speaks(voice: Pick<Voice, 'languages'>, language: string): boolean {
  return voice.languages.some((spoken) => base(spoken) === base(language));
}

/** Voices of the engine that speak the cell's language here, those of the very same accent first. */
function voicesHere({ cell, region, facts }: RuleContext, engine: Engine): string[] {
  const { language } = cell.speechToText;
  const speaking = pollyVoices(region.code, engine, facts).filter((voice) => speaks(voice, language));
  const sameAccent = (voice: Voice) => Number(voice.languages.includes(language));
  return speaking.sort((a, b) => sameAccent(b) - sameAccent(a)).map(({ id }) => id);
}

export const pollyEngineOffered: Rule = (context) => {
  const { cell, region, facts } = context;
  const { provider, engine } = cell.textToSpeech;
  if (provider !== 'polly') return [];
  const engines = pollyEngines(region.code, facts);
  if (offers(region.code, 'polly', facts) && engines.includes(engine)) return [];
  const conversational = engines.filter((other) => other === 'neural' || other === 'generative');
  return [
    {
      rule: 'polly-engine-missing',
      path: 'textToSpeech.engine',
      found: `the ${engine} engine of Polly, which ${region.code} does not offer`,
      allowed: engines.length > 0 ? `${region.code} has ${list(engines)}` : 'no engine of Polly is in this region',
      fix: either(
        conversational.length > 0 ? `choose the engine ${list(conversational)}` : '',
        moveTo(context, (code) => pollyEngines(code, facts).includes(engine)),
      ),
    },
  ];
};

export const pollyVoiceOffered: Rule = (context) => {
  const { cell, region, facts } = context;
  const { provider, engine, voice } = cell.textToSpeech;
  const hasVoice = (code: string, other: Engine) => pollyVoices(code, other, facts).some(({ id }) => id === voice);
  const engines = pollyEngines(region.code, facts);
  if (provider !== 'polly' || !engines.includes(engine) || hasVoice(region.code, engine)) return [];
  const known = own(facts.polly.voices, voice);
  const alternatives = voicesHere(context, engine);
  const otherEngines = engines.filter((other) => hasVoice(region.code, other));
  return [
    {
      rule: 'polly-voice-missing',
      path: 'textToSpeech.voice',
      found: known
        ? `${voice}, which the ${engine} engine in ${region.code} does not have`
        : `"${voice}", a voice Polly does not have`,
      allowed: `a ${engine} voice of ${region.code} that speaks ${cell.speechToText.language}`,
      fix: either(
        known ? '' : `write ${list(closest(voice, Object.keys(facts.polly.voices), 2))}`,
        alternatives.length > 0 ? `choose ${list(alternatives)}` : '',
        otherEngines.length > 0 ? `set the engine to ${list(otherEngines)}` : '',
        known?.engines.includes(engine) ? moveTo(context, (code) => hasVoice(code, engine)) : '',
      ),
    },
  ];
};

export const voiceSpeaksLanguage: Rule = (context) => {
  const { cell, facts } = context;
  const { provider, engine, voice } = cell.textToSpeech;
  const { language } = cell.speechToText;
  const known = own(facts.polly.voices, voice);
  if (provider !== 'polly' || !known || speaks(known, language)) return [];
  const alternatives = voicesHere(context, engine);
  const recognizable = known.languages.filter((spoken) => facts.transcribe.languages.includes(spoken));
  return [
    {
      rule: 'voice-language',
      path: 'textToSpeech.voice',
      found: `${voice} speaks ${list(known.languages)} while the recognizer listens for ${language}`,
      allowed: 'a voice that speaks the language of the caller',
      fix: either(
        alternatives.length > 0 ? `choose ${list(alternatives)}` : '',
        recognizable.length > 0 ? `set speechToText.language to ${list(recognizable)}` : '',
      ),
    },
  ];
};
