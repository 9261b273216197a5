import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

describe('voicecell explain', () => {
  it('says what works, what does not, and where to go instead', async () => {
    const { exitCode, out } = await run('explain', 'eu-west-3');
    expect(exitCode).toBe(0);
    expect(out).toContain('No cell of AWS services alone can run here: Speech to text, Language model.');
    expect(out).toMatch(/✗ {2}Speech to text +\S+ {2}Transcribe does not stream here/);
    expect(out).toMatch(/✓ {2}Text to speech +\S+ {2}Polly: standard/);
    expect(out).toMatch(/Nearest regions that qualify\n {2}eu-central-1 {2}Frankfurt {2}EU/);
  });

  it('lists its sources with their dates', async () => {
    const { out } = await run('explain', 'eu-central-1');
    expect(out).toContain('A cell of AWS services alone can run here.');
    expect(out).toMatch(/Sources\n +1 {2}2026-\d\d-\d\d {2}\w+ +botocore/);
  });

  it('lines its columns up', async () => {
    const { out } = await run('explain', 'eu-central-1');
    const { capabilities } = JSON.parse((await run('explain', 'eu-central-1', '--json')).out);
    const starts = capabilities.map(({ name, detail }: { name: string; detail: string }) => {
      const line = out.split('\n').find((each) => each.includes(`  ${name} `));
      return line?.indexOf(`  ${detail}`);
    });
    expect(starts.length).toBeGreaterThan(8);
    expect(new Set(starts).size).toBe(1);
    expect(starts[0]).toBeGreaterThan(0);
  });

  it('gives the same as JSON, and nothing else on stdout', async () => {
    const { out, err } = await run('explain', 'us-east-2', '--json');
    const explanation = JSON.parse(out);
    expect(explanation).toMatchObject({ qualifies: false, region: { code: 'us-east-2', jurisdiction: 'US' } });
    expect(explanation.capabilities[0]).toMatchObject({ works: true, sources: [{ asOf: expect.any(String) }] });
    expect(err).toBe('');
  });

  it('lists every region on one line each', async () => {
    const { exitCode, out } = await run('explain', '--list');
    expect(exitCode).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(39);
    expect(out).toMatch(/✓ {2}eu-central-1 +Europe \(Frankfurt\) +EU {2}everything a cell needs/);
    const list = await run('explain', '--list', '--json');
    expect(JSON.parse(list.out)).toHaveLength(39);
  });

  it('answers an unknown region with those it may have meant', async () => {
    const { exitCode, out, err } = await run('explain', 'us-est-1');
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('unknown region "us-est-1"');
    expect(err).toContain('did you mean us-east-1');
  });

  it('guesses no far-off name, and says where the list is', async () => {
    const { exitCode, err } = await run('explain', 'mars-1');
    expect(exitCode).toBe(2);
    expect(err).not.toContain('did you mean');
    expect(err).toMatch(/All \d+ regions: voicecell explain --list/);
  });

  it('wants a region', async () => {
    const { exitCode, err } = await run('explain');
    expect(exitCode).toBe(2);
    expect(err).toBe('error: expected a region, or --list; found neither\n');
  });
});
