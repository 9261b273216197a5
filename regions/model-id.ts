/** What a Bedrock model id refers to: a model here, an inference profile that may answer elsewhere, or an ARN that hides it. */
import { type Facts, knownFacts, type ModelFacts, modelFacts } from './facts.ts';
import { INFERENCE_GEOGRAPHIES } from './naming.ts';

export type ModelReference =
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'profile'; readonly prefix: string; readonly id: string }
  | { readonly kind: 'arn'; readonly arn: string };

/** `eu.amazon.nova-lite-v1:0` → the profile `eu.` of `amazon.nova-lite-v1:0`. */
export function readModelId(modelId: string): ModelReference {
  const profileInArn = /:inference-profile\/(.+)$/.exec(modelId)?.[1];
  if (profileInArn) return readModelId(profileInArn);
  if (modelId.startsWith('arn:')) return { kind: 'arn', arn: modelId };
  const prefix = modelId.slice(0, modelId.indexOf('.') + 1);
  const isProfile = INFERENCE_GEOGRAPHIES.some((geography) => `${geography}.` === prefix);
  return isProfile ? { kind: 'profile', prefix, id: modelId.slice(prefix.length) } : { kind: 'model', id: modelId };
}

/**
 * Every region a profile may send a request to when called from here. What is not on record for this model is read off
 * the same prefix on other models; undefined when no model was ever seen behind it from here.
 */
export function profileDestinations(
  prefix: string,
  id: string,
  region: string,
  facts: Facts = knownFacts,
): readonly string[] | undefined {
  const own = destinationsOf(modelFacts(id, facts), prefix, region);
  if (own) return own;
  const others = Object.values(facts.bedrock.models).flatMap((model) => destinationsOf(model, prefix, region) ?? []);
  return others.length > 0 ? [...new Set(others)].sort() : undefined;
}

/** The profiles this very model is on record behind, when called from here: prefix → destinations. */
export function profilesOf(id: string, region: string, facts: Facts = knownFacts): Map<string, readonly string[]> {
  const model = modelFacts(id, facts);
  const prefixes = Object.keys(model?.profiles ?? {});
  return new Map(
    prefixes.flatMap((prefix) => {
      const destinations = destinationsOf(model, prefix, region);
      return destinations ? [[prefix, destinations] as const] : [];
    }),
  );
}

function destinationsOf(
  model: Pick<ModelFacts, 'profiles'> | undefined,
  prefix: string,
  region: string,
): readonly string[] | undefined {
  const bySource = model?.profiles[prefix];
  return bySource?.[region] ?? bySource?.['*'];
}
