/** Transcribe: streaming in this region, in this language. */
import { offers, streamingLanguages } from '../facts.ts';
import { closest } from '../spelling.ts';
import { either, list, moveTo, type Rule } from './rule.ts';

export const transcribeOffered: Rule = (context) => {
  const { cell, region, facts } = context;
  if (cell.speechToText.provider !== 'transcribe' || offers(region.code, 'transcribestreaming', facts)) return [];
  return [
    {
      rule: 'transcribe-missing',
      path: 'speechToText.provider',
      found: `Transcribe streaming, which ${region.code} does not offer`,
      allowed: 'a recognizer that runs in the region',
      fix: either(moveTo(context, (code) => offers(code, 'transcribestreaming', facts))),
    },
  ];
};

export const languageRecognized: Rule = ({ cell, region, facts }) => {
  const { provider, language } = cell.speechToText;
  if (provider !== 'transcribe') return [];
  const languages = streamingLanguages(region.code, facts);
  if (languages.length === 0 || languages.includes(language)) return [];
  return [
    {
      rule: 'language-not-recognized',
      path: 'speechToText.language',
      found: `"${language}", which Transcribe does not stream`,
      allowed: `one of ${languages.length} streaming languages`,
      fix: `write ${list(closest(language, languages))}`,
    },
  ];
};
