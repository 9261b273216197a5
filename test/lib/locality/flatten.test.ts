import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leavesOf } from '../../../lib/locality/template.ts';

const HOME = 'eu-central-1';
const SCRIPT = '#!/bin/sh\necho hello to everybody who listens\n';
const lines = (text: string) => text.replace(/.{20}/g, '$&\n');
const ref = (name: string) => `\${${name}}`;

/** The texts that a property can become, in a template with these sections. */
function textsOf(value: unknown, sections: object = {}): string[] {
  const template = { ...sections, Resources: { Example: { Type: 'AWS::SQS::Queue', Properties: { Value: value } } } };
  return leavesOf(template, HOME)
    .filter(({ path }) => path.startsWith('Properties.Value'))
    .map((leaf) => leaf.value);
}

describe('a value of a template', () => {
  it.each([
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 'b']] }, ['a-eu-central-1-b']],
    ['Fn::Sub', { 'Fn::Sub': `x-${ref('AWS::Region')}-y` }, ['x-eu-central-1-y']],
    [
      'Fn::Sub with a map',
      { 'Fn::Sub': [`${ref('A')}/${ref('A')}`, { A: { Ref: 'AWS::Region' } }] },
      ['eu-central-1/eu-central-1'],
    ],
    ['an escaped reference', { 'Fn::Sub': `${ref('!Literal')}` }, [ref('Literal')]],
    ['both branches of Fn::If', { 'Fn::If': ['C', 'one', 'other'] }, ['one', 'other']],
    ['both branches of a branch in a join', { 'Fn::Join': ['', ['x', { 'Fn::If': ['C', '1', '2'] }]] }, ['x1', 'x2']],
    ['nothing, when a branch is left out', { 'Fn::If': ['C', { Ref: 'AWS::NoValue' }, 'other'] }, ['other']],
    ['Fn::Select', { 'Fn::Select': [1, ['a', 'b', 'c']] }, ['b']],
    ['Fn::Select by something unknown', { 'Fn::Select': [{ Ref: 'X' }, ['a', 'b']] }, ['a', 'b']],
    ['Fn::Split and Fn::Select', { 'Fn::Select': ['2', { 'Fn::Split': ['.', 'a.b.c'] }] }, ['c']],
    ['Fn::Base64', { 'Fn::Base64': 'echo hello' }, ['echo hello']],
    ['the partition', { Ref: 'AWS::Partition' }, ['aws']],
    ['the end of its hosts', { Ref: 'AWS::URLSuffix' }, ['amazonaws.com']],
    ['a reference to a resource', { Ref: 'Queue' }, ['⟨Queue⟩']],
    ['an attribute', { 'Fn::GetAtt': ['Queue', 'Arn'] }, ['⟨Queue.Arn⟩']],
    ['an attribute, in one string', { 'Fn::GetAtt': 'Queue.Arn' }, ['⟨Queue.Arn⟩']],
    ['an import, and its name', { 'Fn::ImportValue': 'shared-queue' }, ['shared-queue', '⟨ImportValue⟩']],
    [
      'the argument of a function nobody knows',
      { 'Fn::Tomorrow': { Place: 'somewhere' } },
      ['somewhere', '⟨Tomorrow⟩'],
    ],
    ['JSON in a string', '{"a":{"b":["c"]}}', ['c']],
    ['JSON in JSON in a string', JSON.stringify({ a: JSON.stringify({ b: 'c' }) }), ['c']],
    [
      'JSON put together around a reference',
      { 'Fn::Join': ['', ['{"a":"', { Ref: 'Q' }, '","n":', { Ref: 'N' }, '}']] },
      ['⟨Q⟩', '⟨N⟩'],
    ],
    ['base64 in a string', Buffer.from('#!/bin/sh\necho hello\n').toString('base64'), ['#!/bin/sh\necho hello\n']],
    [
      'base64 in lines',
      lines(Buffer.from(SCRIPT).toString('base64')),
      [lines(Buffer.from(SCRIPT).toString('base64')), SCRIPT],
    ],
    ['base64 of more than ASCII', Buffer.from(`# für alle\n${SCRIPT}`).toString('base64'), [`# für alle\n${SCRIPT}`]],
    ['base64 of something compressed', gzipSync(SCRIPT).toString('base64'), [SCRIPT]],
    ['base64 of base64', Buffer.from(Buffer.from(SCRIPT).toString('base64')).toString('base64'), [SCRIPT]],
    [
      'base64 that a script unpacks',
      `echo ${Buffer.from(SCRIPT).toString('base64')} | base64 -d | sh`,
      [`echo ${Buffer.from(SCRIPT).toString('base64')} | base64 -d | sh`, SCRIPT],
    ],
    ['what a URL spells with percents', 'q=eu%2Dwest%2d3%20', ['q=eu%2Dwest%2d3%20', 'q=eu-west-3%20']],
    ['a percent that hides a percent, read once', 'a%252Db', ['a%252Db']],
    ['Fn::ToJsonString', { 'Fn::ToJsonString': { a: 'b' } }, ['b']],
    ['a number', 443, ['443']],
    ['a truth', true, ['true']],
    ['an empty list', [], ['[]']],
  ])('can be %s', (_, value, texts) => {
    expect(textsOf(value)).toEqual(texts);
  });

  it('can be any of the values a parameter allows', () => {
    const Parameters = { Place: { Type: 'String', AllowedValues: ['here', 'there'], Default: 'here' } };
    expect(textsOf({ Ref: 'Place' }, { Parameters })).toEqual(['here', 'there']);
  });

  it('can be the default of a parameter, or whatever somebody types', () => {
    const Parameters = { Place: { Type: 'String', Default: 'here' } };
    expect(textsOf({ Ref: 'Place' }, { Parameters })).toEqual(['here', '⟨Place⟩']);
  });

  it('is the row of a mapping, or all of them when the key is not known', () => {
    const Mappings = { Hosts: { 'eu-central-1': { a: 'home' }, 'us-east-1': { a: 'away' } } };
    expect(textsOf({ 'Fn::FindInMap': ['Hosts', { Ref: 'AWS::Region' }, 'a'] }, { Mappings })).toEqual(['home']);
    expect(textsOf({ 'Fn::FindInMap': ['Hosts', { Ref: 'Where' }, 'a'] }, { Mappings })).toEqual(['home', 'away']);
  });

  it('takes every value of a loop', () => {
    const looped = {
      'Fn::ForEach::All': ['Each', ['a', 'b'], { [`Key${ref('Each')}`]: { 'Fn::Sub': `x-${ref('Each')}` } }],
    };
    expect(textsOf(looped)).toEqual(expect.arrayContaining(['x-a', 'x-b']));
  });

  it('loses no part when there are more combinations than anybody could read', () => {
    const choices = Array.from({ length: 12 }, (_, index) => ({ 'Fn::If': ['C', `left${index}.`, `right${index}.`] }));
    const texts = textsOf({ 'Fn::Join': ['', choices] });
    for (let index = 0; index < 12; index++)
      for (const part of [`left${index}.`, `right${index}.`])
        expect(texts.some((text) => text.includes(part))).toBe(true);
    expect(texts.length).toBeLessThanOrEqual(64);
  });

  it('tears no two neighbours apart, however many choices stand around them', () => {
    const around = Array.from({ length: 6 }, () => ({ 'Fn::If': ['C', '', '.'] }));
    const halves = [{ 'Fn::If': ['C', 'eu-we', 'a'] }, { 'Fn::If': ['D', 'b', 'st-3'] }];
    const texts = textsOf({ 'Fn::Join': ['', [...around, ...halves, ...around]] });
    expect(texts.some((text) => text.includes('eu-west-3'))).toBe(true);
  });

  it('is refused when it unpacks to a text far larger than the template', () => {
    const packed = gzipSync('x'.repeat(900_000)).toString('base64');
    expect(() => textsOf(Array(30).fill(packed))).toThrow('grow to more than 20 million characters');
    expect(textsOf(gzipSync('x'.repeat(1_100_000)).toString('base64'))).toHaveLength(1);
  });

  it('is refused when it describes a text far larger than the template', () => {
    const bomb = (depth: number): unknown =>
      depth === 0 ? 'x'.repeat(100) : { 'Fn::Sub': [ref('A').repeat(20), { A: bomb(depth - 1) }] };
    expect(() => textsOf(bomb(10))).toThrow('grow to more than 20 million characters');
  });
});

/** A tree of functions around words, and the words that can come out of it. */
const word = fc.stringMatching(/^[a-z]{3,8}$/);
const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(
    word,
    fc.constant({ Ref: 'AWS::Region' }),
    fc.constant({ Ref: 'Queue' }),
    fc.constant({ 'Fn::GetAtt': ['A', 'B'] }),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.record({ 'Fn::Join': fc.tuple(fc.constantFrom('', '-', ','), fc.array(tie('tree'), { maxLength: 3 })) }),
    fc.record({ 'Fn::If': fc.tuple(fc.constant('C'), tie('tree'), tie('tree')) }),
    fc.record({ 'Fn::Sub': fc.tuple(fc.constant(`a${ref('Part')}b`), fc.record({ Part: tie('tree') })) }),
    fc.record({
      'Fn::Select': fc.tuple(fc.constant({ Ref: 'X' }), fc.array(tie('tree'), { minLength: 1, maxLength: 3 })),
    }),
    fc.record({ 'Fn::Base64': tie('tree') }),
    fc.record({ 'Fn::ImportValue': tie('tree') }),
    fc.record({ 'Fn::GetAZs': tie('tree') }),
    fc.record({ 'Fn::Unknown': fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ plain: tie('tree'), other: tie('tree') }),
    fc.array(tie('tree'), { maxLength: 3 }),
    tie('tree').map((inner) => JSON.stringify({ inner })),
  ),
}));

function wordsIn(node: unknown): string[] {
  if (typeof node === 'string')
    return /^[a-z]{3,8}$/.test(node) ? [node] : node.startsWith('{') ? wordsIn(JSON.parse(node)) : [];
  if (Array.isArray(node)) return node.flatMap(wordsIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => {
    if (name === 'Ref' || name === 'Fn::GetAtt') return [];
    if (name === 'Fn::Sub') return wordsIn(Object.values((value as [string, object])[1]));
    return wordsIn(value);
  });
}

describe('any tree of functions', () => {
  it('can be read, and none of its words is lost', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const texts = textsOf(value).join('\n');
        for (const each of wordsIn(value)) expect(texts).toContain(each);
      }),
      { numRuns: 500 },
    );
  });

  it('can be read even when it is nonsense', () => {
    const names = fc.constantFrom(
      'Ref',
      'Fn::Join',
      'Fn::Sub',
      'Fn::If',
      'Fn::FindInMap',
      'Fn::Select',
      'Fn::Split',
      'Fn::GetAtt',
      'Fn::ForEach::X',
      '__proto__',
      'constructor',
      'Condition',
    );
    const nonsense = fc.object({
      key: fc.oneof(names, fc.string()),
      maxDepth: 4,
      values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
    });
    fc.assert(
      fc.property(nonsense, nonsense, (value, sections) => {
        leavesOf(
          { Mappings: sections, Parameters: sections, Resources: { A: value, B: { Type: 'T', Properties: value } } },
          HOME,
        );
      }),
      { numRuns: 500 },
    );
  });
});
