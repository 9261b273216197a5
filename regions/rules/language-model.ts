/** Bedrock: a model that answers in this region, streamed, with tools, and never through an inference profile. */
import { conversationModels, type Facts, type ModelFacts, modelFacts, regionFacts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { profileDestinations, profilesOf, readModelId } from '../model-id.ts';
import { closest } from '../spelling.ts';
import { either, list, moveTo, type Rule, type RuleContext } from './rule.ts';

const path = 'languageModel.modelId';

/** Models to use instead here, and where to go with this one. */
function mend(context: RuleContext, id: string): string {
  const { region, facts } = context;
  const here = conversationModels(region.code, facts).map((model) => model.id);
  return either(
    here.length > 0 ? `choose ${list(here, 4)}` : moveTo(context, (code) => conversationModels(code, facts).length > 0),
    moveTo(context, (code) => conversationModels(code, facts).some((model) => model.id === id)).replace(
      'move the cell',
      'move the cell with this model',
    ),
  );
}

export const noInferenceProfile: Rule = (context) => {
  const { cell, region, facts } = context;
  if (cell.languageModel.provider !== 'bedrock') return [];
  const reference = readModelId(cell.languageModel.modelId);
  if (reference.kind === 'model') return [];
  if (reference.kind === 'arn')
    return [
      {
        rule: 'model-behind-arn',
        path,
        found: `${reference.arn}, behind which the model and its regions are hidden`,
        allowed: 'the bare id of a model, so that where it answers can be checked',
        fix: mend(context, reference.arn),
      },
    ];
  const destinations = profileDestinations(reference.prefix, reference.id, region.code, facts);
  const foreign = destinations?.filter((code) => regionFacts(code, facts)?.jurisdiction !== region.jurisdiction) ?? [];
  const mayLeave = destinations === undefined || foreign.length > 0;
  return [
    {
      rule: mayLeave ? 'profile-leaves-jurisdiction' : 'profile-leaves-region',
      path,
      found: describeProfile(reference.prefix, destinations, foreign, context),
      allowed: `a model that answers inside ${region.code}: a profile is data in motion`,
      fix: mend(context, reference.id),
    },
  ];
};

function describeProfile(
  prefix: string,
  destinations: readonly string[] | undefined,
  foreign: readonly string[],
  { region, facts }: RuleContext,
): string {
  const profile = `the inference profile "${prefix}"`;
  if (destinations === undefined)
    return `${profile}, of which it is not on record where it sends a request from ${region.code}`;
  if (foreign.length > 0)
    return `${profile}, which from ${region.code} can send a call out of ${region.jurisdiction} to ${withJurisdictions(foreign, facts)}`;
  return `${profile}, which from ${region.code} can answer in ${list(destinations.filter((code) => code !== region.code))}`;
}

/** `eu-north-1 (EU), us-east-1 (US)` */
function withJurisdictions(regions: readonly string[], facts: Facts): string {
  return list(regions.map((code) => `${code} (${regionFacts(code, facts)?.jurisdiction ?? 'unknown'})`));
}

export const modelInRegion: Rule = (context) => {
  const { cell, region, facts } = context;
  const reference = readModelId(cell.languageModel.modelId);
  if (cell.languageModel.provider !== 'bedrock' || reference.kind !== 'model') return [];
  const { id } = reference;
  const model = modelFacts(id, facts);
  const finding = (rule: string, found: string): Finding[] => [
    { rule, path, found, allowed: `a model that converses with tools inside ${region.code}`, fix: mend(context, id) },
  ];
  if (!model) {
    const nearest = list(closest(id, Object.keys(facts.bedrock.models), 2));
    return finding('model-unknown', `"${id}", which the registry does not know; the nearest names are ${nearest}`);
  }
  if (model.retired) return finding('model-retired', `${model.name}: ${model.note ?? 'retired'}`);
  if (!model.conversation)
    return finding('model-not-conversational', `${model.name}, which does not answer ConverseStream`);
  if (!model.inRegion.includes(region.code)) return finding('model-not-in-region', whereItIs(model, context));
  if (model.streamingTools !== true)
    return finding('model-without-tools', `${model.name}, which is not known to take tools while it streams`);
  return [];
};

/** How the model can be reached from here, and what that would mean. */
function whereItIs(model: ModelFacts, { region, facts }: RuleContext): string {
  const profiles = [...profilesOf(model.id, region.code, facts)].map(
    ([prefix, destinations]) => `"${prefix}" (${destinations.length} regions)`,
  );
  if (profiles.length > 0)
    return `${model.name}, which ${region.code} reaches only through the profiles ${list(profiles)}`;
  if (model.mantleRegions?.includes(region.code))
    return `${model.name}, which answers in ${region.code} only through bedrock-mantle, not through Converse`;
  return `${model.name}, which does not answer in ${region.code}`;
}
