/** Transcribe: streaming in this region, in this language; redacting, where it is asked to. */
import { offers, redactsFinals, streamingLanguages } from '../facts.ts';
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

export const redactionOffered: Rule = (context) => {
  const { cell, region, facts } = context;
  const { provider, language, redactFinals } = cell.speechToText;
  if (!redactFinals || (provider === 'transcribe' && redactsFinals(region.code, language, facts))) return [];
  const { piiRegions, piiLanguages } = facts.transcribe;
  const speaksIt = piiLanguages.includes(language);
  const found =
    provider !== 'transcribe'
      ? `the redaction of ${provider}, which nobody wrote down`
      : piiRegions.includes(region.code)
        ? `"${language}", in which Transcribe does not redact`
        : `redaction by Transcribe, which ${region.code} does not offer`;
  return [
    {
      rule: 'redaction-not-offered',
      path: 'speechToText.redactFinals',
      found,
      allowed: `Transcribe redacts ${piiLanguages.length} languages in ${piiRegions.length} regions`,
      fix: either(
        'leave redactFinals out: transcripts are redacted by the cell itself all the same',
        provider === 'transcribe' && speaksIt ? moveTo(context, (code) => redactsFinals(code, language, facts)) : '',
      ),
    },
  ];
};
