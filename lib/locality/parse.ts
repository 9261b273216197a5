/** Text → template, JSON or YAML. */
import { assertBounded, MAX_TEMPLATE_CHARS, TemplateError } from './bounds.ts';
import { isObject, type JsonObject } from './json.ts';
import { parseYaml } from './yaml.ts';

/** Reads a template. Throws {@link TemplateError}. */
export function parseTemplate(text: string): JsonObject {
  if (text.length > MAX_TEMPLATE_CHARS)
    throw new TemplateError(
      `the template has ${text.length} characters, expected at most ${MAX_TEMPLATE_CHARS}, which is all CloudFormation takes; split it into nested stacks`,
    );
  const value = parseJson(text) ?? parseYaml(text);
  if (!isObject(value))
    throw new TemplateError(`line 1, column 1: found ${nameOf(value)}, expected an object with a Resources section`);
  assertBounded(value);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // YAML, or broken JSON: the YAML reader tells them apart, and knows line and column.
  }
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'an empty document';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
