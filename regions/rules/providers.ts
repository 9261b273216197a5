/** Third-party providers: only where they have a host pinned to the region's jurisdiction. */
import { providerHost, type SpeechOrModel } from '../endpoints.ts';
import { either, list, moveTo, type Rule } from './rule.ts';

const AWS_PROVIDERS: Readonly<Record<SpeechOrModel, string>> = {
  speechToText: 'transcribe',
  languageModel: 'bedrock',
  textToSpeech: 'polly',
};

export const providersPinned: Rule = (context) => {
  const { cell, region, facts } = context;
  return (Object.keys(AWS_PROVIDERS) as SpeechOrModel[]).flatMap((service) => {
    const { provider } = cell[service];
    if (provider === AWS_PROVIDERS[service] || providerHost(provider, service, region.code, facts)) return [];
    const known = facts.providers[provider];
    const pinnedIn = Object.keys(known?.hosts ?? {});
    return [
      {
        rule: 'provider-not-pinned',
        path: `${service}.provider`,
        found: `${provider}, which has no host that stays in ${region.jurisdiction}${known?.unpinned ? ` (${known.unpinned} answers from anywhere)` : ''}`,
        allowed: `a host pinned to ${region.jurisdiction}; ${provider} has them for ${list(pinnedIn)}: ${known?.condition ?? 'unknown provider'}`,
        fix: either(
          `set ${service}.provider to ${AWS_PROVIDERS[service]}`,
          moveTo(context, (code) => providerHost(provider, service, code, facts) !== undefined),
        ),
      },
    ];
  });
};
